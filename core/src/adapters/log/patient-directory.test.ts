import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../ports/event-log.ts';
import type { PatientChange } from '../../ports/patient-directory.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createRegistry } from '../../runtime/metrics.ts';
import { TOPICS } from '../../runtime/topics.ts';
import { patientDirectoryContract } from '../../testing/contracts/patient-directory-contract.ts';
import { eventually } from '../../testing/eventually.ts';
import { SqliteEventLog } from '../sqlite/event-log.ts';
import { SqliteTestDatabase } from '../sqlite/sqlite-test-database.ts';
import { LogPatientDirectory } from './patient-directory.ts';

const topic = TOPICS.patients.name;
const logger = createLogger('test', 'silent');

interface Opened {
  readonly log: SqliteEventLog;
  readonly directory: LogPatientDirectory;
  readonly peer: LogPatientDirectory;
}

const registry = createRegistry('test');
const options = (log: SqliteEventLog) => ({ log, topic, clock: systemClock, logger, registry: undefined });

function open(): Promise<SqliteTestDatabase<Opened>> {
  return SqliteTestDatabase.open<Opened>(
    async (database) => {
      const log = await SqliteEventLog.open(database, [TOPICS.patients], 4);
      const directory = await LogPatientDirectory.open(options(log));
      return { log, directory, peer: await LogPatientDirectory.open(options(log)) };
    },
    async ({ log, directory, peer }) => {
      await Promise.all([directory.close(), peer.close()]);
      await log.close();
    },
  );
}

patientDirectoryContract('an event log', async () => {
  const opened = await open();
  return {
    get directory() {
      return opened.port.directory;
    },
    peer: async () => opened.port.peer,
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
});

describe('LogPatientDirectory', () => {
  let opened: SqliteTestDatabase<Opened>;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  const row = {
    patient_id: 'P1',
    name: 'Ada',
    age: 50,
    region: 'West',
    ward: 'A',
    bed: '3',
    primary_doctor: 'Dr. B',
    risk_level: 'low',
  };
  const ada = {
    id: 'P1',
    name: 'Ada',
    age: 50,
    region: 'West',
    ward: 'A',
    bed: '3',
    primaryDoctor: 'Dr. B',
    riskLevel: 'low',
  };
  const append = (value: unknown, key = 'P1'): Promise<void> =>
    opened.port.log.append([
      {
        topic,
        key,
        value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
        headers: {},
        timestampMs: 0,
      },
    ]);
  const known = (patientId = 'P1') => opened.port.directory.get(patientId);

  it.each(['c', 'u', 'r'])('takes a row from an envelope of op %s', async (op) => {
    await append({ before: null, after: row, op, ts_ms: 1, source: { db: 'hospital' } });
    await eventually(async () => expect(await known()).toEqual(ada));
  });

  it("takes Kafka Connect's wrapper around value and key, and numbers for names of rows", async () => {
    const key = JSON.stringify({ schema: {}, payload: { patient_id: 7 } });
    await append({ schema: {}, payload: { after: { ...row, patient_id: 7, bed: 12 }, op: 'c' } }, key);
    await eventually(async () => expect(await known('7')).toEqual({ ...ada, id: '7', bed: '12' }));
    await append(null, key);
    await eventually(async () => expect(await known('7')).toBeUndefined());
  });

  it("takes limits as a connector writes a column of JSON, and a chart's times as text or number", async () => {
    const after = {
      ...row,
      profile: 'neonate',
      limits: '{"heartbeat":{"high":180}}',
      limits_revision: 2,
      supplemental_oxygen: true,
      supplemental_oxygen_at: '2026-01-01T10:00:00Z',
      consciousness: 'voice',
      consciousness_at: 1_000,
      state: 'admitted',
      device_id: 'D1',
    };
    await append({ op: 'u', after });
    await eventually(async () =>
      expect(await known()).toEqual({
        ...ada,
        profile: 'neonate',
        limits: { heartbeat: { high: 180 } },
        limitsRevision: 2,
        supplementalOxygen: { value: true, atMs: Date.UTC(2026, 0, 1, 10) },
        consciousness: { value: 'voice', atMs: 1_000 },
        state: 'admitted',
        deviceId: 'D1',
      }),
    );
    await append({ op: 'u', after: { ...after, name: 'Eve', limits: '{"heartbeat":{"high":"a lot"}}' } });
    await append({ op: 'u', after: { ...after, name: 'Eve', limits: 'none' } });
    await append({ op: 'u', after: { ...row, bed: '4' } });
    await eventually(async () => expect(await known()).toEqual({ ...ada, bed: '4' }));
  });

  it('fills in what a row does not say', async () => {
    await append({ op: 'c', after: { patient_id: 'P1', region: 'West', age: null } });
    await eventually(async () =>
      expect(await known()).toEqual({
        ...ada,
        name: '',
        age: undefined,
        ward: '',
        bed: '',
        primaryDoctor: '',
        riskLevel: '',
      }),
    );
  });

  it('removes on a deletion and on a tombstone, and tells of it once', async () => {
    const changes: PatientChange[] = [];
    opened.port.directory.onChange((change) => changes.push(change));
    await append({ op: 'c', after: row });
    await append({ op: 'd', before: row, after: null });
    await append(null);
    await append({ op: 'c', after: row });
    await append(null);
    const removed: PatientChange = { kind: 'removed', patientId: 'P1' };
    const put: PatientChange = { kind: 'put', patient: ada };
    await eventually(() => expect(changes).toEqual([put, removed, put, removed]));
  });

  it('skips and counts what it does not understand, without quoting it', async () => {
    const lines: string[] = [];
    const counting = await LogPatientDirectory.open({
      ...options(opened.port.log),
      logger: createLogger('test', 'warn', { write: (line: string) => void lines.push(line) }),
      registry,
    });
    for (const wrong of ['Ada is not JSON', '[]', { op: 't' }, { op: 'c', after: null }]) await append(wrong);
    await append({ op: 'c', after: { ...row, region: '' } });
    await append({ op: 'c', after: row }, '{"other":1}');
    await append({ op: 'c', after: row });
    await eventually(async () => expect(await counting.get('P1')).toEqual(ada));
    const metric = await registry.getSingleMetric('vitalwire_patient_changes_malformed_total')?.get();
    expect(metric?.values[0]?.value).toBe(6);
    expect(lines).toHaveLength(6);
    expect(lines.join('')).not.toContain('Ada');
    await counting.close();
  });

  it("writes Debezium's envelope, and a tombstone behind a deletion", async () => {
    await opened.port.directory.put(ada);
    await opened.port.directory.put({ ...ada, age: undefined });
    await opened.port.directory.remove('P1');
    const records: LogRecord[] = [];
    const tail = await opened.port.log.tail(topic, (batch) => void records.push(...batch));
    await tail.stop();
    const documents = records.map(({ value }) => value && JSON.parse(Buffer.from(value).toString('utf8')));
    const nameless = { ...row, age: null };
    expect(documents).toMatchObject(
      [
        { op: 'c', before: null, after: row },
        { op: 'u', before: row, after: nameless },
        { op: 'd', before: nameless, after: null },
        null,
      ].map((document) => document ?? null),
    );
    expect(documents[0]).toMatchObject({ ts_ms: expect.any(Number), source: { connector: 'vitalwire' } });
    expect(records.every(({ key }) => key === 'P1')).toBe(true);
  });
});
