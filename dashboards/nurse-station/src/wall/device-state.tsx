/** Whether the device is there, and its battery; quiet while both are as they should be. */
import { useComputed } from '@preact/signals';
import type { Connection } from '../feed/patient.ts';
import type { Bed } from '../station.ts';

const WORDS: Readonly<Record<Connection, string>> = {
  born: '',
  connected: '',
  dead: 'Device off',
  lost: 'Device lost',
  unknown: 'Device not seen',
};

const LOW_BATTERY_PERCENT = 20;

export function DeviceState({ bed }: { readonly bed: Bed }) {
  const words = useComputed(() => WORDS[bed.patient.value.connection]);
  const battery = useComputed(() => bed.patient.value.batteryPercent).value;
  const low = battery !== undefined && battery <= LOW_BATTERY_PERCENT;
  return (
    <span class="device">
      <span class="device-words">{words}</span>
      {battery !== undefined && (
        <span class="battery" data-low={low ? 'yes' : undefined} title={`Battery ${Math.round(battery)} %`}>
          <span class="battery-body">
            <span style={{ transform: `scaleX(${battery / 100})` }} />
          </span>
          <span class="battery-level">{Math.round(battery)} %</span>
        </span>
      )}
    </span>
  );
}
