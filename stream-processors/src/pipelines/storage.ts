import type { VitalTrend } from '@vitalwire/core/ports/analytics.ts';
import {
  RETENTION_MS,
  type RawPoint,
  type Tier,
  type WindowPoint,
} from '@vitalwire/core/ports/time-series.ts';
import { partitionOf } from '@vitalwire/core/runtime/topics.ts';
import { isUsable } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import {
  TIERS,
  addToWindow,
  openWindow,
  trendsOf,
  windowEnd,
  windowPoint,
  windowStart,
  type OpenWindow,
  type WindowOf,
} from '../operators/tumbling-windows.ts';
import { readValues } from '../operators/vital-values.ts';
import {
  newStreamTime,
  observeEvent,
  observeSilence,
  watermarkMs,
  type StreamTime,
} from '../runtime/stream-time.ts';
import type { Topology } from '../runtime/topology.ts';
import { forgetSilentDevices, isDuplicate, newDeviceMemory, type DeviceMemory } from './device-memory.ts';
import { newTally, type Tally } from './tally.ts';

export interface StorageOptions {
  readonly futureToleranceMs: number;
  /** How far behind the newest event time a reading may come and still enter its window without a repair. */
  readonly allowedLatenessMs: number;
  /**
   * How long a value may be missing from the row of the window that is still open, so that charts are fresh. While the task catches up, rows
   * are written so often by the wall clock, not by the stream's: more would be replaced at once, and stores pay most for them.
   */
  readonly refreshMs: number;
}

/** As an alert is told late: whoever looks at the chart must know that nobody could have acted on it then. */
const ARRIVED_LATE_MS = 60_000;

export interface StorageState {
  readonly time: StreamTime;
  readonly devices: DeviceMemory;
  /** Patients with an open window; at most a handful of windows each. */
  readonly patients: Map<string, PatientWindows>;
  /** Windows that start before may hold readings this state has not seen. */
  readonly wholeFromMs: number;
  /** No open window ends before; saves looking at all of them. */
  nextEndMs: number;
  /** When dirty windows were last looked for. */
  refreshedAtMs: number;
}

export interface PatientWindows {
  region: string;
  readonly open: OpenWindow[];
}

interface StaleRow {
  readonly patientId: string;
  readonly patient: PatientWindows;
  /** Processing time. */
  readonly sinceMs: number;
}

export interface StorageOutputs {
  readonly raw: RawPoint[];
  /** The newest row of each window, by its name. */
  readonly windows: Map<string, WindowPoint>;
  /** The newest row of each trend, by its name. */
  readonly trends: Map<string, VitalTrend>;
  /** Windows whose rows are to be computed again from the raw tier once `raw` is stored, by name. */
  readonly repairs: Map<string, WindowOf>;
  /** Open windows whose rows are out of date. */
  readonly stale: Map<OpenWindow, StaleRow>;
  readonly tally: Tally;
}

/**
 * Every reading that is no duplicate goes to the raw tier, test and demo ones too. The 5-minute and 1-hour windows fill as readings come;
 * a window closes when the watermark passes its end, and its row and trends are then final, until a late reading repairs them from the
 * raw tier: all of a batch's late readings of a window cost one repair.
 */
export function storageTopology(options: StorageOptions): Topology<StorageState, StorageOutputs> {
  const { futureToleranceMs, allowedLatenessMs, refreshMs } = options;
  const values = new Float64Array(VITALS.length);

  function handle(state: StorageState, input: StreamReading, outputs: StorageOutputs): void {
    const { reading, atMs, arrivalMs } = input;
    outputs.tally.readings++;
    if (isDuplicate(state.devices, input, outputs.tally)) return;
    if (arrivalMs - atMs >= RETENTION_MS.raw) {
      outputs.tally.historical++;
      return;
    }
    outputs.raw.push({
      patientId: reading.patientId,
      deviceId: reading.deviceId,
      region: reading.region,
      atMs,
      vitals: reading.vitals,
      validity: reading.validity,
      mode: reading.mode,
      clockCorrectionMs: input.clockCorrectionMs,
      ...(arrivalMs - atMs >= ARRIVED_LATE_MS ? { receivedAtMs: arrivalMs } : {}),
    });
    usableValues(input);
    const patient = patientOf(state, input);
    for (const tier of TIERS) enter(state, patient, tier, input, outputs);
    if (atMs > arrivalMs + futureToleranceMs) outputs.tally.future++;
    observeEvent(state.time, atMs, arrivalMs, futureToleranceMs);
    closeWindows(state, outputs);
  }

  function usableValues({ reading }: StreamReading): void {
    readValues(reading.vitals, values);
    if (reading.validity === NO_MARKS) return;
    for (let vital = 0; vital < values.length; vital++) {
      if (!isUsable(validityOf(reading, VITALS[vital]!))) values[vital] = Number.NaN;
    }
  }

  function patientOf(state: StorageState, { reading }: StreamReading): PatientWindows {
    let patient = state.patients.get(reading.patientId);
    if (patient === undefined) {
      patient = { region: reading.region, open: [] };
      state.patients.set(reading.patientId, patient);
    }
    return patient;
  }

  function enter(
    state: StorageState,
    patient: PatientWindows,
    tier: Tier,
    input: StreamReading,
    outputs: StorageOutputs,
  ): void {
    const { reading, atMs, arrivalMs } = input;
    for (let index = 0; index < patient.open.length; index++) {
      const window = patient.open[index]!;
      if (window.tier !== tier || atMs < window.startMs || atMs >= windowEnd(window)) continue;
      patient.region = reading.region;
      addToWindow(window, values);
      refresh(reading.patientId, patient, window, arrivalMs, outputs);
      return;
    }
    const startMs = windowStart(tier, atMs);
    const late = windowEnd({ tier, startMs }) <= watermarkMs(state.time, allowedLatenessMs);
    // A window of the far future would stay open until then: it is kept as the raw tier has it.
    const astray = atMs > arrivalMs + futureToleranceMs;
    if (late || astray) {
      repair({ tier, patientId: reading.patientId, region: reading.region, startMs }, outputs);
      outputs.tally.historical += late && tier === '5m' ? 1 : 0;
      return;
    }
    patient.region = reading.region;
    const writtenAtMs = arrivalMs - headStartMs(reading.patientId);
    const window = openWindow(tier, startMs, startMs >= state.wholeFromMs, writtenAtMs);
    addToWindow(window, values);
    patient.open.push(window);
    state.nextEndMs = Math.min(state.nextEndMs, windowEnd(window));
  }

  /** Windows of all patients open in the same second: their rows are not all to be written in one second of each minute. */
  function headStartMs(patientId: string): number {
    return partitionOf(patientId, refreshMs);
  }

  function refresh(
    patientId: string,
    patient: PatientWindows,
    window: OpenWindow,
    nowMs: number,
    { stale }: StorageOutputs,
  ): void {
    if (!window.dirty || nowMs - window.writtenAtMs < refreshMs || stale.has(window)) return;
    stale.set(window, { patientId, patient, sinceMs: nowMs });
  }

  function show(state: StorageState, outputs: StorageOutputs): void {
    for (const [window, { patientId, patient, sinceMs }] of outputs.stale) {
      // Its end may have come meanwhile, and its row with it.
      if (window.dirty) write(patientId, patient, window, Math.max(sinceMs, state.time.arrivedMs), outputs);
    }
    outputs.stale.clear();
  }

  function closeWindows(state: StorageState, outputs: StorageOutputs): void {
    const watermark = watermarkMs(state.time, allowedLatenessMs);
    if (watermark < state.nextEndMs) return;
    state.nextEndMs = Number.POSITIVE_INFINITY;
    for (const [patientId, patient] of state.patients) {
      for (let index = patient.open.length - 1; index >= 0; index--) {
        const window = patient.open[index]!;
        if (windowEnd(window) <= watermark) {
          if (window.dirty) write(patientId, patient, window, state.time.arrivedMs, outputs);
          patient.open.splice(index, 1);
        } else state.nextEndMs = Math.min(state.nextEndMs, windowEnd(window));
      }
      if (patient.open.length === 0) state.patients.delete(patientId);
    }
  }

  function write(
    patientId: string,
    patient: PatientWindows,
    window: OpenWindow,
    nowMs: number,
    outputs: StorageOutputs,
  ): void {
    const of: WindowOf = { tier: window.tier, patientId, region: patient.region, startMs: window.startMs };
    window.dirty = false;
    window.writtenAtMs = nowMs;
    if (!window.whole) return repair(of, outputs);
    putRow(of, window.moments, outputs);
  }

  function advance(state: StorageState, nowMs: number, silent: boolean, outputs: StorageOutputs): void {
    if (silent) observeSilence(state.time, nowMs, allowedLatenessMs);
    closeWindows(state, outputs);
    if (nowMs - state.refreshedAtMs < refreshMs / 6) return;
    state.refreshedAtMs = nowMs;
    for (const [patientId, patient] of state.patients) {
      for (const window of patient.open) refresh(patientId, patient, window, nowMs, outputs);
    }
    forgetSilentDevices(state.devices, nowMs);
  }

  return {
    pipeline: 'storage',
    stateVersion: 2,
    shownEveryMs: refreshMs,
    newState: (wholeFromMs) => ({
      time: newStreamTime(),
      devices: newDeviceMemory(),
      patients: new Map(),
      wholeFromMs,
      nextEndMs: Number.POSITIVE_INFINITY,
      refreshedAtMs: Number.NEGATIVE_INFINITY,
    }),
    newOutputs: (unshown) => ({
      raw: [],
      windows: new Map(),
      trends: new Map(),
      repairs: new Map(),
      stale: unshown?.stale ?? new Map(),
      tally: newTally(),
    }),
    handle,
    advance,
    apply: () => false,
    show,
    unrepeatable: () => undefined,
    watermarkMs: (state) => watermarkMs(state.time, allowedLatenessMs),
  };
}

const nameOf = ({ patientId, tier, startMs }: WindowOf): string => `${patientId}\0${tier}\0${startMs}`;

function repair(window: WindowOf, outputs: StorageOutputs): void {
  outputs.repairs.set(nameOf(window), window);
}

/** Puts out the row of a window, and the hour's trends with it. */
export function putRow(
  window: WindowOf,
  moments: Float64Array,
  outputs: Pick<StorageOutputs, 'windows' | 'trends'>,
): void {
  const name = nameOf(window);
  const point = windowPoint(window, moments);
  if (!point) return;
  outputs.windows.set(name, point);
  if (window.tier !== '1h') return;
  for (const trend of trendsOf(window, moments)) outputs.trends.set(`${name}\0${trend.vital}`, trend);
}
