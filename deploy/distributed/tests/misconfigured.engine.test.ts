import { beforeAll, describe, expect, it } from 'vitest';
import { connectCassandra } from '@vitalwire/core/adapters/cassandra/connect.ts';
import { migrate } from '@vitalwire/core/adapters/cassandra/migrations.ts';
import { engineSettings, given } from '@vitalwire/core/adapters/engine-settings.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import { ownEngines } from '@vitalwire/engines/own-engines.ts';
import { ComponentProcess, type ComponentName } from '../src/component-process.ts';
import { environmentOf } from '../src/environment.ts';
import { prepareEngines } from '../src/prepare-engines.ts';
import { testEnvironment } from './support/cluster.ts';

const NOBODY = '127.0.0.1:1';

/** Starts a component with some settings of its own and waits for its end; what it said, line by line. */
async function endOf(
  name: ComponentName,
  settings: Readonly<Record<string, string>>,
): Promise<{ exitCode: number | null; lines: string[] }> {
  const lines: string[] = [];
  const environment = { ...testEnvironment(), LOG_LEVEL: 'fatal', ...settings };
  const component = new ComponentProcess(name, environment, (line) => lines.push(line));
  const { exitCode } = await component.ended;
  return { exitCode, lines };
}

beforeAll(async () => {
  const config = readConfig(testEnvironment());
  await prepareEngines(engineSettings(config), config.LOG_PARTITIONS, createLogger('setup', 'warn'));
});

describe(
  'a wrong setting ends a component with exit code 2 and one line that names it',
  { concurrent: true },
  () => {
    it.for<[ComponentName, string, string]>([
      ['ingest-gateway', 'KAFKA_BROKERS', NOBODY],
      ['ingest-gateway', 'KAFKA_BROKERS', ''],
      ['ingest-gateway', 'VITALWIRE_MODE', 'embedded'],
      ['alerting', 'KAFKA_BROKERS', NOBODY],
      ['alerting', 'REDIS_URL', `redis://${NOBODY}`],
      ['alerting', 'ALARMS_FILE', '/nowhere/alarms.yaml'],
      ['storage', 'KAFKA_BROKERS', NOBODY],
      ['storage', 'INFLUX_URL', `http://${NOBODY}`],
      ['storage', 'INFLUX_TOKEN', 'a-token-of-nobody'],
      ['storage', 'INFLUX_ORG', 'another-hospital'],
      ['storage', 'CASSANDRA_CONTACT_POINTS', NOBODY],
      ['storage', 'CASSANDRA_LOCAL_DC', 'Nowhere'],
      ['storage', 'CASSANDRA_KEYSPACE', 'nobodys_keyspace'],
      ['alert-engine', 'KAFKA_BROKERS', NOBODY],
      ['alert-engine', 'REDIS_URL', `redis://${NOBODY}`],
      ['alert-engine', 'INFLUX_TOKEN', 'a-token-of-nobody'],
      ['alert-engine', 'CASSANDRA_LOCAL_DC', 'Nowhere'],
      ['alert-engine', 'CASSANDRA_KEYSPACE', 'nobodys_keyspace'],
    ])('%s: %s=%s', async ([name, setting, value]) => {
      const { exitCode, lines } = await endOf(name, { [setting]: value });
      expect(lines).toEqual([expect.stringMatching(new RegExp(`^${setting}: `)) as string]);
      expect(exitCode).toBe(2);
    });

    it('names every engine that does not answer', async () => {
      const { exitCode, lines } = await endOf('storage', {
        INFLUX_URL: `http://${NOBODY}`,
        CASSANDRA_CONTACT_POINTS: NOBODY,
      });
      expect(new Set(lines.map((line) => line.split(':')[0]))).toEqual(
        new Set(['CASSANDRA_CONTACT_POINTS', 'INFLUX_URL']),
      );
      expect(exitCode).toBe(2);
    });

    it.for<[ComponentName]>([['storage'], ['alert-engine']])(
      '%s: a table that is not there',
      async ([name]) => {
        const keyspace = freshName('lacking').replaceAll(/\W/g, '_').toLowerCase();
        const { cassandra } = engineSettings(
          readConfig({ ...testEnvironment(), CASSANDRA_KEYSPACE: keyspace }),
        );
        const connection = given(cassandra, 'CASSANDRA_CONTACT_POINTS');
        const client = await connectCassandra(connection);
        try {
          await migrate(connection, connection.replication);
          await client.execute(`DROP TABLE ${keyspace}.vital_trends`, [], { prepare: false });
          const { exitCode, lines } = await endOf(name, { CASSANDRA_KEYSPACE: keyspace });
          expect(lines).toEqual([
            expect.stringMatching(`^CASSANDRA_KEYSPACE: .*${keyspace} with table vital_trends;`) as string,
          ]);
          expect(exitCode).toBe(2);
        } finally {
          await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`, [], { prepare: false });
          await client.shutdown();
        }
      },
    );

    it.for<[ComponentName]>([['storage'], ['alert-engine']])(
      '%s: an organisation without the buckets',
      async ([name]) => {
        const { INFLUX_URL: url = '', INFLUX_TOKEN: token = '' } = testEnvironment();
        const org = freshName('org');
        const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ name: org });
        const made = await fetch(`${url}/api/v2/orgs`, { method: 'POST', headers, body });
        const { id } = (await made.json()) as { readonly id: string };
        try {
          const { exitCode, lines } = await endOf(name, { INFLUX_ORG: org });
          expect(lines).toEqual([expect.stringMatching(/^INFLUX_ORG: .*no bucket recent_data/) as string]);
          expect(exitCode).toBe(2);
        } finally {
          await fetch(`${url}/api/v2/orgs/${id}`, { method: 'DELETE', headers });
        }
      },
    );

    it.runIf(!process.env['VITALWIRE_TEST_ENGINES_GIVEN'])(
      'every component: a topic that is not there',
      async () => {
        const kafka = await ownEngines({
          owner: 'empty-kafka',
          engines: ['kafka'],
          nodes: {},
          report: () => {},
        });
        try {
          const { KAFKA_BROKERS: brokers = '' } = await kafka.start();
          const names = ['ingest-gateway', 'alerting', 'storage', 'alert-engine'] as const;
          const ends = await Promise.all(names.map((name) => endOf(name, { KAFKA_BROKERS: brokers })));
          for (const [index, { exitCode, lines }] of ends.entries()) {
            expect(lines, names[index]).toEqual([
              expect.stringMatching(/^KAFKA_BROKERS: the cluster has no topic .*vitals\.readings/) as string,
            ]);
            expect(exitCode).toBe(2);
          }
        } finally {
          await kafka.stop();
        }
      },
    );

    it.for<[ComponentName, readonly string[]]>([
      ['ingest-gateway', ['STAFF_JWT_SECRET', 'INFLUX_TOKEN', 'REDIS_URL']],
      ['alerting', ['DEVICE_JWT_SECRET', 'STAFF_JWT_SECRET', 'INFLUX_TOKEN']],
      ['storage', ['DEVICE_JWT_SECRET', 'STAFF_JWT_SECRET', 'REDIS_URL']],
      ['alert-engine', ['DEVICE_JWT_SECRET']],
    ])('%s starts without the secrets of others', async ([name, others]) => {
      const environment = environmentOf(name, testEnvironment());
      expect(others.filter((secret) => environment[secret] !== undefined)).toEqual([]);
      const component = new ComponentProcess(name, environment, () => {});
      await component.ready;
      expect((await component.end('SIGTERM')).exitCode).toBe(0);
    });
  },
);
