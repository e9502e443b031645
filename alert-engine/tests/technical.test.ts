import type { DevicePresence, PresenceState } from '@vitalwire/core/ports/live-bus.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signalOf } from '@vitalwire/core/alarms/alert.ts';
import type { AlertEngine } from '../src/start.ts';
import { startEngine } from './engine.ts';
import { openPorts } from './ports.ts';
import { conditionRecord, sampleCondition } from './samples.ts';

let ports: Awaited<ReturnType<typeof openPorts>>;
let engine: AlertEngine;

const start = async (): Promise<void> => {
  engine = await startEngine(ports, { bounds: { offlineGraceMs: 200, deviceWatchMs: 50 } });
};

beforeEach(async () => {
  ports = await openPorts();
  await start();
});
afterEach(async () => {
  await engine.stop();
  await ports.close();
});

const presence = (n: number, state: PresenceState, gateway?: string): Promise<void> =>
  ports.live.publishPresence({
    deviceId: `D${n}`,
    patientId: `P${n}`,
    region: 'West',
    state,
    bootId: 1,
    atMs: Date.now(),
    batteryPercent: undefined,
    gateway,
  } satisfies DevicePresence);

const all = (state: PresenceState): Promise<unknown> =>
  Promise.all(Array.from({ length: 10 }, (_, n) => presence(n, state)));

const open = async (): Promise<string[]> =>
  (await ports.alerts.snapshot(['West'])).alerts
    .map((alert) => `${alert.patientId} ${alert.type} ${signalOf(alert)}`)
    .sort();

const raise = (changes: Parameters<typeof sampleCondition>[0]) =>
  ports.log.append([conditionRecord(sampleCondition(changes))]);

it('a device that stays away is an alarm of the lowest priority, until it is back', async () => {
  await all('born');
  await presence(3, 'lost');
  await eventually(async () => expect(await open()).toEqual(['P3 device_offline on']));
  const [alert] = await ports.alerts.open('West', 'P3');
  expect(alert).toMatchObject({
    kind: 'technical',
    priority: 'low',
    deviceId: 'D3',
    escalationDueMs: undefined,
  });
  await presence(3, 'born');
  await eventually(async () => expect(await open()).toEqual([]));
});

it('many at once are one alarm of the area, also after a restart, and those still away are told after', async () => {
  await all('born');
  await presence(9, 'lost');
  await eventually(async () => expect(await open()).toEqual(['P9 device_offline on']));
  await all('lost');
  await eventually(async () =>
    expect(await open()).toEqual([' region_away on', 'P9 device_offline inhibited']),
  );
  await raise({
    patientId: 'P1',
    type: 'signal_lost',
    priority: 'low',
    value: undefined,
    threshold: undefined,
  });
  await eventually(async () => expect(await open()).toContain('P1 signal_lost inhibited'));
  await engine.stop();
  await start();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await open()).toEqual([
    ' region_away on',
    'P1 signal_lost inhibited',
    'P9 device_offline inhibited',
  ]);
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((n) => presence(n, 'born')));
  await eventually(async () =>
    expect(await open()).toEqual([
      ' region_away on',
      'P1 signal_lost inhibited',
      'P9 device_offline inhibited',
    ]),
  );
  await raise({
    patientId: 'P1',
    type: 'signal_lost',
    priority: 'low',
    event: 'ended',
    revision: 2,
    value: undefined,
    threshold: undefined,
  });
  await eventually(async () =>
    expect(await open()).toEqual(['P8 device_offline on', 'P9 device_offline on']),
  );
});

it('many of one gateway are one alarm of it, which speaks for its devices and no others, until they are back', async () => {
  const some = (devices: readonly number[], state: PresenceState, gateway: string): Promise<unknown> =>
    Promise.all(devices.map((n) => presence(n, state, gateway)));
  const silent = { type: 'signal_lost', priority: 'low', value: undefined, threshold: undefined } as const;
  await some([0, 1, 2], 'born', 'G1');
  await some([3, 4, 5, 6, 7, 8, 9], 'born', 'G2');
  await presence(0, 'lost', 'G1');
  await eventually(async () => expect(await open()).toEqual(['P0 device_offline on']));
  await some([1, 2], 'lost', 'G1');
  await eventually(async () =>
    expect(await open()).toEqual([' gateway_away on', 'P0 device_offline inhibited']),
  );
  const [alert] = await ports.alerts.open('West', '');
  expect(alert).toMatchObject({ kind: 'technical', priority: 'medium', deviceId: 'G1', patientId: '' });
  await raise({ ...silent, patientId: 'P1' });
  await raise({ ...silent, patientId: 'P5' });
  const during = [
    ' gateway_away on',
    'P0 device_offline inhibited',
    'P1 signal_lost inhibited',
    'P5 signal_lost on',
  ];
  await eventually(async () => expect(await open()).toEqual(during));
  await engine.stop();
  await start();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await open()).toEqual(during);
  for (const patientId of ['P1', 'P5']) await raise({ ...silent, patientId, event: 'ended', revision: 2 });
  // The gateway started again: its devices are seen by another process.
  await some([1, 2], 'born', 'G3');
  await eventually(async () => expect(await open()).toEqual(['P0 device_offline on']));
});

it('another gateway that goes is a new condition of the same alarm, and one that returns leaves it', async () => {
  const gateways: readonly [string, number[]][] = [
    ['G1', [0, 1]],
    ['G2', [2, 3]],
    ['G3', [4, 5, 6, 7, 8, 9]],
  ];
  const go = (of: string, state: PresenceState): Promise<unknown> =>
    Promise.all(
      gateways.flatMap(([gateway, devices]) =>
        gateway === of ? devices.map((n) => presence(n, state, gateway)) : [],
      ),
    );
  const away = async (): Promise<string[]> =>
    (await ports.alerts.open('West', '')).map(({ deviceId }) => deviceId);
  for (const [gateway] of gateways) await go(gateway, 'born');
  await go('G1', 'lost');
  await eventually(async () => expect(await away()).toEqual(['G1']));
  await go('G2', 'dead');
  await eventually(async () => expect(await away()).toEqual(['G1 G2']));
  await go('G1', 'born');
  await eventually(async () => expect(await away()).toEqual(['G2']));
  await go('G2', 'born');
  await eventually(async () => expect(await open()).toEqual([]));
});

it('a lost signal keeps new alarms of the vitals quiet, not those that sound, nor another patient', async () => {
  const lost = { type: 'signal_lost', priority: 'low', value: undefined, threshold: undefined } as const;
  await raise({ type: 'low_heartrate' });
  await eventually(async () => expect(await open()).toHaveLength(1));
  await raise(lost);
  await eventually(async () => expect(await open()).toHaveLength(2));
  await raise({});
  await raise({ patientId: 'P2' });
  const quiet = ['P1 low_heartrate on', 'P1 low_oxygen_saturation inhibited', 'P1 signal_lost on'];
  await eventually(async () => expect(await open()).toEqual([...quiet, 'P2 low_oxygen_saturation on']));
  await raise({ ...lost, event: 'ended', revision: 2 });
  await eventually(async () =>
    expect(await open()).toEqual([
      'P1 low_heartrate on',
      'P1 low_oxygen_saturation on',
      'P2 low_oxygen_saturation on',
    ]),
  );
});

it('a lead that is off inhibits what leads measure', async () => {
  await raise({ type: 'lead_off', priority: 'low', value: undefined, threshold: undefined });
  await eventually(async () => expect(await open()).toHaveLength(1));
  await raise({ type: 'high_heartrate', value: 130, threshold: 120 });
  await raise({});
  await eventually(async () =>
    expect(await open()).toEqual([
      'P1 high_heartrate inhibited',
      'P1 lead_off on',
      'P1 low_oxygen_saturation on',
    ]),
  );
});
