import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteEventLog } from '@vitalwire/core/adapters/sqlite/event-log.ts';
import { SqliteTestDatabase } from '@vitalwire/core/adapters/sqlite/sqlite-test-database.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { openDevice, openWardOn, readingBytes, topicOf, type Ward } from './ward.ts';

let database: SqliteTestDatabase<SqliteEventLog>;
let ward: Ward<SqliteEventLog>;
beforeEach(async () => {
  database = await SqliteTestDatabase.open(
    (opened) => SqliteEventLog.open(opened, [TOPICS.readings, TOPICS.rejected, TOPICS.presence], 4),
    (log) => log.close(),
  );
  ward = await openWardOn(database.port);
});
afterEach(async () => {
  await ward.gateway.stop();
  await database.close();
});

async function everything(log: SqliteEventLog, topic: string): Promise<string[]> {
  const values: string[] = [];
  for (const { partition, first, next } of await log.bounds(topic)) {
    const records = await log.read({ topic, partition, offset: first }, next - first);
    values.push(...records.map((record) => Buffer.from(record.value ?? []).toString('hex')));
  }
  return values.sort();
}

test('on SQLite every acknowledged reading is there once after reopening, and what was wrong is in rejected', async () => {
  const sent: string[] = [];
  const devices = ['d1', 'd2', 'd3', 'd4', 'd5'];
  await Promise.all(
    devices.map(async (id) => {
      const device = await openDevice(ward, id);
      const readings = Array.from({ length: 100 }, (_, i) => readingBytes(id, i + 1));
      sent.push(...readings.map((bytes) => bytes.toString('hex')));
      await Promise.all([
        ...readings.map((bytes) => device.publishAsync(topicOf(id), bytes, { qos: 1 })),
        device.publishAsync(topicOf(id), Buffer.from('garbage'), { qos: 1 }),
      ]);
      await device.endAsync();
    }),
  );
  await ward.gateway.stop();
  await database.reopen();
  expect(await everything(database.port, TOPICS.readings.name)).toEqual(sent.sort());
  expect(await everything(database.port, TOPICS.rejected.name)).toHaveLength(devices.length);
});
