import { decodeAlertEvent } from '@vitalwire/core/alarms/alert-codec.ts';
import type { SqlitePorts } from '@vitalwire/core/adapters/sqlite/open-sqlite-ports.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertEngine } from '../src/start.ts';
import { keepPulse, startEngine, tokenFor } from './engine.ts';
import { PARTITIONS, openPorts } from './ports.ts';
import { conditionRecord, sampleCondition } from './samples.ts';
import { Station } from './station.ts';

let ports: SqlitePorts;
let engines: AlertEngine[];
let stopPulse: () => void;

beforeEach(async () => {
  ports = await openPorts();
  stopPulse = keepPulse(ports);
  engines = [await startEngine(ports), await startEngine(ports)];
});
afterEach(async () => {
  stopPulse();
  for (const engine of engines) await engine.stop();
  await ports.close();
});

async function audited(): Promise<string[]> {
  const records = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) =>
      ports.log.read({ topic: TOPICS.lifecycle.name, partition, offset: 0 }, 10_000),
    ),
  );
  return records.flat().map((record) => {
    const { event, alert } = decodeAlertEvent(record.value ?? new Uint8Array());
    return `${alert.patientId} ${event} ${alert.version}`;
  });
}

it('share the work, show the same, and one of them dying costs nothing', async () => {
  const [first, second] = engines;
  if (!first || !second) throw new Error('two engines are needed');
  const token = await tokenFor('nurse');
  const survivor = await Station.join(second.port, { token });
  const lost = await Station.join(first.port, { token });
  const conditions = Array.from({ length: 40 }, (_, i) => sampleCondition({ patientId: `P${i}` }));
  await ports.log.append(conditions.slice(0, 20).map(conditionRecord));
  for (const station of [survivor, lost]) {
    await eventually(() => expect(station.of('alert')).toHaveLength(20));
  }
  const id = conditions[0]?.id ?? '';
  const acknowledged = await fetch(`http://127.0.0.1:${first.port}/api/alerts/${id}/acknowledge`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(acknowledged.status).toBe(200);
  await survivor.next('alert', ({ alert }) => alert.id === id && alert.event === 'acknowledged');
  await first.stop();
  expect(await lost.closed()).toBe(1001);
  await ports.log.append(conditions.slice(20).map(conditionRecord));
  await eventually(() => expect(survivor.of('alert')).toHaveLength(41));
  const moved = await Station.join(second.port, { token, since: lost.cursor });
  const seen = [...lost.of('alert'), ...moved.of('alert')].map(({ alert }) => `${alert.id}:${alert.version}`);
  expect(new Set(seen).size).toBe(41);
  expect(seen).toHaveLength(41);
  await survivor.next('heartbeat');
  await eventually(async () => {
    const lines = await audited();
    expect(new Set(lines)).toEqual(
      new Set([...conditions.map(({ patientId }) => `${patientId} raised 1`), 'P0 acknowledged 2']),
    );
  });
  await moved.leave();
  await survivor.leave();
});
