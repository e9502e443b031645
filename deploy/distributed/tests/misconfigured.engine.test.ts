import { describe, expect, it } from 'vitest';
import { ComponentProcess, type ComponentName } from '../src/component-process.ts';
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

describe(
  'a wrong setting ends a component with exit code 2 and one line that names it',
  { concurrent: true },
  () => {
    it.for<[ComponentName, string, string]>([
      ['ingest-gateway', 'KAFKA_BROKERS', NOBODY],
      ['ingest-gateway', 'KAFKA_BROKERS', ''],
      ['ingest-gateway', 'VITALWIRE_MODE', 'embedded'],
      ['alerting', 'REDIS_URL', `redis://${NOBODY}`],
      ['alerting', 'ALARMS_FILE', '/nowhere/alarms.yaml'],
      ['storage', 'INFLUX_URL', `http://${NOBODY}`],
      ['storage', 'INFLUX_TOKEN', 'a-token-of-nobody'],
      ['storage', 'INFLUX_ORG', 'another-hospital'],
      ['storage', 'CASSANDRA_CONTACT_POINTS', NOBODY],
      ['storage', 'CASSANDRA_LOCAL_DC', 'Nowhere'],
      ['alert-engine', 'REDIS_URL', `redis://${NOBODY}`],
      ['alert-engine', 'INFLUX_TOKEN', 'a-token-of-nobody'],
      ['alert-engine', 'CASSANDRA_LOCAL_DC', 'Nowhere'],
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
  },
);
