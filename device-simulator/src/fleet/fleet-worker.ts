/** A worker thread's part of the fleet: devices, their patients, and what they tell. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { connectMqtt } from '../device/mqtt-transport.ts';
import { leanTransport } from '../device/lean-transport.ts';
import type { DeviceObserver } from '../device/device-observer.ts';
import { createFault } from '../faults/create-fault.ts';
import { ACCOUNTS } from '../faults/faults.ts';
import { Schedule } from '../load/schedule.ts';
import { HeldBack } from '../ledger/held-back.ts';
import { RecordWriter } from '../ledger/records.ts';
import { CrossingOracle, type Crossing } from '../oracle/crossings.ts';
import { loadRecordings } from '../recordings/load.ts';
import type { Recording } from '../recordings/numerics.ts';
import { replayOnce } from '../recordings/replay.ts';
import { Tally } from '../report/tally.ts';
import { SyntheticPatient } from '../signals/synthetic-patient.ts';
import type { VitalsSource } from '../signals/vitals-source.ts';
import type { FleetDevice } from './fleet-device.ts';
import { createFleet } from './fleet.ts';
import type { DeviceSpec, LoadSpec } from './load-spec.ts';
import { sharedClock as clock } from './shared-clock.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

const TICK_MS = 100;
/** Twice a second, so that every second of a report has one. */
const TICKS_A_HISTOGRAM = 5;

/** Runs the devices of `spec` by what `receive` is given, and says what becomes of them. */
async function startFleetWorker(
  spec: LoadSpec,
  send: (message: FromWorker) => void,
  listen: (receive: (message: ToWorker) => void) => void,
): Promise<void> {
  const tally = new Tally(clock);
  const records = spec.keepsLedger ? new RecordWriter(spec.fleetSize) : undefined;
  const settings = spec.alarms === undefined ? undefined : parseAlarmSettings(spec.alarms);
  const heldBack = settings && new HeldBack(settings.absenceMs);
  let crossings: Crossing[] = [];
  let letIn: string[] = [];

  const recordings = await recordingsOf(spec);
  const delayed = new Set(
    spec.devices.flatMap(({ index, fault }) => (fault && ACCOUNTS[fault].delays ? [index] : [])),
  );
  const devices = spec.devices.map((device) => fleetDevice(device, spec, recordings));
  const observe = (device: FleetDevice): DeviceObserver => {
    const { index } = device;
    if (device.fault?.refused === true) {
      return {
        ...IGNORE,
        onConnected: () => letIn.push(device.identity.deviceId),
        onDisconnected() {
          tally.connectionsFailed++;
          tally.connectionsRefused++;
        },
      };
    }
    const oracle = settings && new CrossingOracle(settings);
    const found = (crossing: Crossing): void => {
      crossings.push(crossing);
      records?.note({ kind: 'crossing', ...crossing });
    };
    return {
      onMade(entry) {
        tally.onMade();
        const { reading } = entry;
        records?.made(index, reading.measuredAtMs);
        oracle?.observe(index, reading, reading.measuredAtMs, found);
      },
      onSent: (entry) => tally.onSent(entry),
      onAcknowledged(entry) {
        if (delayed.has(index)) tally.onDelayed();
        else tally.onAcknowledged(entry);
        const { sequence, measuredAtMs } = entry.reading;
        records?.acknowledged(index, sequence);
        const latencyMs = clock.monotonic() - entry.intendedMs;
        heldBack?.acknowledged(index, measuredAtMs, latencyMs, entry.wasOvertaken);
      },
      onRefused(entry, reason) {
        tally.onRefused(entry, reason);
        records?.refused(index, entry.reading.sequence);
      },
      onDropped(entry) {
        tally.onDropped();
        records?.dropped(index, entry.reading.sequence);
      },
      onConnected: () => tally.onConnected(),
      onDisconnected: (cause, wasUp) => tally.onDisconnected(cause, wasUp),
    };
  };
  const fleet = createFleet(
    {
      ...spec,
      devices,
      schedule: new Schedule(spec.segments),
    },
    {
      connect: spec.client === 'mqttjs' ? connectMqtt : leanTransport(clock),
      clock,
      observe,
      onTurnLate: (lateMs) => tally.onTurnLate(lateMs),
    },
  );

  let ticks = 0;
  const tick = (isLast: boolean): void => {
    for (const note of heldBack?.take() ?? []) records?.note(note);
    const isWithHistograms = isLast || ++ticks % TICKS_A_HISTOGRAM === 0;
    const { puback, late } = isWithHistograms
      ? tally.takeHistograms()
      : { puback: undefined, late: undefined };
    send({
      kind: 'tick',
      counts: tally.counts(),
      connected: tally.connected,
      waiting: tally.waiting,
      puback,
      late,
      records: records?.take(),
      crossings,
      letIn,
    });
    crossings = [];
    letIn = [];
  };
  const cancelTicks = clock.every(TICK_MS, () => tick(false));

  const obey = async (message: ToWorker): Promise<void> => {
    switch (message.kind) {
      case 'connect':
        return fleet.connect(message.patienceMs, new AbortController().signal);
      case 'run':
        return fleet.run(message.start);
      case 'halt':
        return fleet.halt();
      case 'cut':
        return fleet.cutAll();
      case 'drain':
        return fleet.drain(message.timeoutMs);
      case 'stop':
        cancelTicks();
        await fleet.stop();
        return tick(true);
    }
  };
  listen((message) => {
    void obey(message).then(() => {
      // What stands at the end of an order is known before the order is known to be done.
      if (message.kind !== 'stop') tick(false);
      send({ kind: 'done', of: message.kind });
    });
  });
}

const IGNORE: DeviceObserver = {
  onMade: () => {},
  onSent: () => {},
  onAcknowledged: () => {},
  onRefused: () => {},
  onDropped: () => {},
  onConnected: () => {},
  onDisconnected: () => {},
};

async function recordingsOf(spec: LoadSpec): Promise<ReadonlyMap<string, Recording>> {
  const directories = new Set(
    spec.devices.flatMap(({ patient }) => (patient.kind === 'recording' ? [patient.directory] : [])),
  );
  const all = new Map<string, Recording>();
  for (const directory of directories) {
    for (const recording of await loadRecordings(directory)) all.set(recording.name, recording);
  }
  return all;
}

function fleetDevice(
  device: DeviceSpec,
  spec: LoadSpec,
  recordings: ReadonlyMap<string, Recording>,
): FleetDevice {
  const { deviceId, region } = device;
  // Another bed that this fleet has or could have: what is published there must leave no trace.
  const foreignId = `${deviceId}-elsewhere`;
  const fault =
    device.fault &&
    createFault(device.fault, {
      foreign: {
        topic: `vitals/v1/${region}/${foreignId}/readings`,
        deviceId: foreignId,
        patientId: `P-${foreignId}`,
        region,
      },
      now: () => Math.round(clock.now()),
    });
  const source = sourceOf(device, spec, recordings);
  return {
    index: device.index,
    identity: { deviceId, region },
    token: device.token,
    patientId: device.patientId,
    source: fault ? fault.source(source) : source,
    fault,
  };
}

function sourceOf(
  { patient }: DeviceSpec,
  { scenarios, patientStartS }: LoadSpec,
  recordings: ReadonlyMap<string, Recording>,
): VitalsSource {
  if (patient.kind === 'recording') {
    const recording = recordings.get(patient.name);
    if (!recording) throw new RangeError(`no recording ${patient.name}`);
    return replayOnce(recording);
  }
  const scenario = scenarios[patient.scenario];
  return new SyntheticPatient({
    seed: patient.seed,
    course: scenario?.course,
    courseStartS: patient.courseStartS,
    startS: patientStartS,
    profile: scenario?.profile,
  });
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  await startFleetWorker(
    workerData as LoadSpec,
    (message) => {
      const records = message.kind === 'tick' ? message.records : undefined;
      port.postMessage(message, records ? [records.buffer as ArrayBuffer] : []);
    },
    (receive) => port.on('message', receive),
  );
}
