import { expect, test } from 'vitest';
import { EngineFailure } from './failure.ts';
import { readSettings } from './settings.ts';

test('without variables: the usual ports, in .engines of the repository', () => {
  const { home, ports } = readSettings({});
  expect(home).toMatch(/\/\.engines$/);
  expect(ports).toEqual({
    ENGINES_KAFKA_PORT: 9092,
    ENGINES_KAFKA_CONTROLLER_PORT: 9093,
    ENGINES_CASSANDRA_PORT: 9042,
    ENGINES_CASSANDRA_STORAGE_PORT: 7000,
    ENGINES_INFLUX_PORT: 8086,
    ENGINES_REDIS_PORT: 6379,
  });
});

test('a variable moves one port, and the folder', () => {
  const { home, ports } = readSettings({ ENGINES_REDIS_PORT: '16379', ENGINES_DIR: '/somewhere' });
  expect(ports.ENGINES_REDIS_PORT).toBe(16379);
  expect(ports.ENGINES_KAFKA_PORT).toBe(9092);
  expect(home).toBe('/somewhere');
});

test.each(['abc', '0', '65536', '90.5', '-1'])(
  'a port of %s is a mistake that names its variable',
  (text) => {
    const read = () => readSettings({ ENGINES_INFLUX_PORT: text });
    expect(read).toThrow(EngineFailure);
    expect(read).toThrow(`ENGINES_INFLUX_PORT must be a port number from 1 to 65535, not "${text}"`);
  },
);
