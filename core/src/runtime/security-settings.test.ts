import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, secretsOf } from './config.ts';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('TLS and logins', () => {
  it.each<[Record<string, string>, string]>([
    [{ KAFKA_TLS_CA: 'ca.pem' }, 'KAFKA_TLS: must be true where KAFKA_TLS_CA is set'],
    [{ KAFKA_USERNAME: 'gateway' }, 'KAFKA_PASSWORD: must be set where KAFKA_USERNAME is set'],
    [{ KAFKA_PASSWORD: 'secret' }, 'KAFKA_USERNAME: must be set where KAFKA_PASSWORD is set'],
    [{ KAFKA_SASL_MECHANISM: 'plain' }, 'KAFKA_USERNAME: must be set where KAFKA_SASL_MECHANISM is set'],
    [
      { KAFKA_TLS: 'true', KAFKA_TLS_CERT: 'cert.pem' },
      'KAFKA_TLS_KEY: must be set where KAFKA_TLS_CERT is set',
    ],
    [{ CASSANDRA_TLS_CA: 'ca.pem' }, 'CASSANDRA_TLS: must be true where CASSANDRA_TLS_CA is set'],
    [{ CASSANDRA_USERNAME: 'storage' }, 'CASSANDRA_PASSWORD: must be set where CASSANDRA_USERNAME is set'],
    [
      { REDIS_URL: 'redis://127.0.0.1', REDIS_TLS_CA: 'ca.pem' },
      'REDIS_URL: must begin with rediss:// where REDIS_TLS_CA is set',
    ],
    [
      { INFLUX_URL: 'http://127.0.0.1:8086', INFLUX_TLS_CA: 'ca.pem' },
      'INFLUX_URL: must begin with https:// where INFLUX_TLS_CA is set',
    ],
  ])('%j is half set', (environment, problem) => {
    expect(problemsOf(environment)).toEqual([problem]);
  });

  it('of an engine that the process does not use are nobody’s mistake', () => {
    const environment = {
      KAFKA_BROKERS: 'kafka:9092',
      DEVICE_JWT_SECRET: 'd'.repeat(32),
      CASSANDRA_USERNAME: 'storage',
    };
    expect(
      readConfig({ VITALWIRE_MODE: 'distributed', ...environment }, 'ingest-gateway').CASSANDRA_USERNAME,
    ).toBe('storage');
    expect(() => readConfig(environment, 'storage')).toThrow('CASSANDRA_PASSWORD');
  });

  it('repeat no password', () => {
    expect(problemsOf({ KAFKA_PASSWORD: 'hunter2', KAFKA_TLS: 'perhaps' }).join()).not.toContain('hunter2');
  });

  it('go to those who use the engine', () => {
    expect(secretsOf('ingest-gateway')).toEqual(['DEVICE_JWT_SECRET', 'KAFKA_PASSWORD']);
    expect(secretsOf('alerting')).toEqual(['REDIS_URL', 'KAFKA_PASSWORD']);
    expect(secretsOf('storage')).toEqual(['INFLUX_TOKEN', 'KAFKA_PASSWORD', 'CASSANDRA_PASSWORD']);
    expect(secretsOf('token')).toEqual(['DEVICE_JWT_SECRET', 'STAFF_JWT_SECRET']);
  });
});
