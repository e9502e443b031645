import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

function problemsOf(environment: Record<string, string>, processName?: string): readonly string[] {
  try {
    readConfig(environment, processName);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('needs nothing to run embedded', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      VITALWIRE_MODE: 'embedded',
      HOST: '127.0.0.1',
      MQTT_PORT: 1883,
      HTTP_PORT: 8080,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ MQTT_PORT: '' }).MQTT_PORT).toBe(1883);
  });

  it('names every setting that is wrong, one a line', () => {
    const problems = problemsOf({
      MQTT_PORT: '99999',
      SIMULATED_BEDS: 'many',
      REDIS_URL: 'http://127.0.0.1',
    });
    expect(problems.map((line) => line.split(':')[0])).toEqual(['MQTT_PORT', 'SIMULATED_BEDS', 'REDIS_URL']);
  });

  it('names what distributed mode lacks', () => {
    const problems = problemsOf({ VITALWIRE_MODE: 'distributed', KAFKA_BROKERS: '127.0.0.1:9092' });
    expect(problems).toContain('REDIS_URL: must be set when VITALWIRE_MODE is distributed');
    expect(problems.join()).not.toContain('KAFKA_BROKERS');
  });

  it('demands of a component what it needs, and no other secret', () => {
    const lacking = (name: string): readonly (string | undefined)[] =>
      problemsOf({ VITALWIRE_MODE: 'distributed' }, name).map((line) => line.split(':')[0]);
    expect(lacking('ingest-gateway')).toEqual(['KAFKA_BROKERS', 'DEVICE_JWT_SECRET']);
    expect(lacking('alerting')).toEqual(['KAFKA_BROKERS', 'REDIS_URL']);
    expect(lacking('storage')).not.toContain('REDIS_URL');
    expect(lacking('alert-engine')).toContain('STAFF_JWT_SECRET');
    expect(lacking('alert-engine')).not.toContain('DEVICE_JWT_SECRET');
  });

  it.each(['Ward-7', '7th', 'a'.repeat(49), 'x; DROP KEYSPACE y'])('takes no keyspace %s', (name) => {
    expect(problemsOf({ CASSANDRA_KEYSPACE: name })).toEqual([
      expect.stringMatching(/^CASSANDRA_KEYSPACE: /) as string,
    ]);
  });

  it('never repeats a secret', () => {
    expect(problemsOf({ STAFF_JWT_SECRET: 'hunter2' }).join()).not.toContain('hunter2');
  });

  it('wants the audience with the issuer of staff tokens, whose keys come over TLS', () => {
    const issuer = 'https://login.hospital.example/realms/staff';
    expect(problemsOf({ STAFF_OIDC_ISSUER: issuer })).toEqual([
      'STAFF_OIDC_AUDIENCE: must be set where STAFF_OIDC_ISSUER is set',
    ]);
    expect(problemsOf({ STAFF_OIDC_AUDIENCE: 'vitalwire' })).toEqual([
      'STAFF_OIDC_ISSUER: must be set where STAFF_OIDC_AUDIENCE is set',
    ]);
    const inTheClear = { STAFF_OIDC_ISSUER: 'http://127.0.0.1.example', STAFF_OIDC_AUDIENCE: 'vitalwire' };
    expect(problemsOf(inTheClear)).toEqual(['STAFF_OIDC_ISSUER: must begin with https://']);
    expect(problemsOf({ STAFF_OIDC_ISSUER: issuer, STAFF_OIDC_AUDIENCE: 'vitalwire' })).toEqual([]);
  });

  it('wants the key with the certificate that devices are shown', () => {
    expect(problemsOf({ MQTT_TLS_CERT: 'gateway.pem' })).toEqual([
      'MQTT_TLS_KEY: must be set where MQTT_TLS_CERT is set',
    ]);
    expect(problemsOf({ MQTT_TLS_CA: 'devices.pem' })).toEqual([
      'MQTT_TLS_CERT: must be set where MQTT_TLS_CA is set',
    ]);
  });

  it('wants two ports where it serves two things', () => {
    expect(problemsOf({ MQTT_PORT: '8080' })).toEqual(['HTTP_PORT: is 8080, which MQTT_PORT takes']);
  });
});
