/** The last line of a tile: how old the newest reading is, whether the device is there, and its battery where it matters. */
import { useComputed } from '@preact/signals';
import type { Connection, Patient } from '../feed/patient.ts';
import { useStation, type Bed } from '../station.ts';
import { formatAge } from '../vital-text.ts';

const WORDS: Readonly<Record<Connection, string>> = {
  born: '',
  connected: '',
  dead: 'Device switched off',
  lost: 'Device connection lost',
  unknown: 'Device not seen yet',
};

const LOW_BATTERY_PERCENT = 20;

export function DeviceState({ bed }: { readonly bed: Bed }) {
  const { now } = useStation();
  const words = useComputed(() => WORDS[bed.patient.value.connection]);
  const reading = useComputed(() => newestReading(bed.patient.value, now.value));
  const battery = useComputed(() => bed.patient.value.batteryPercent);
  const level = useComputed(() => (battery.value === undefined ? '' : `${Math.round(battery.value)} %`));
  const low = useComputed(() => (battery.value ?? 100) <= LOW_BATTERY_PERCENT);
  const fill = useComputed(() => `scaleX(${(battery.value ?? 0) / 100})`);
  return (
    <footer class="device">
      <span class="device-words">{words}</span>
      <span class="device-reading">{reading}</span>
      {useComputed(() => battery.value !== undefined).value && (
        <span class="battery" data-low={useComputed(() => (low.value ? 'yes' : undefined))}>
          <span class="battery-body">
            <span style={{ transform: fill.value }} />
          </span>
          {level}
        </span>
      )}
    </footer>
  );
}

function newestReading(patient: Patient, nowMs: number): string {
  const newestMs = Math.max(...Object.values(patient.vitals).map(({ measuredAtMs }) => measuredAtMs));
  return Number.isFinite(newestMs) ? `${formatAge(nowMs - newestMs)} ago` : 'no reading yet';
}
