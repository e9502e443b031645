import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../runtime/config.ts';
import { engineSettings } from './engine-settings.ts';

const NEEDED = {
  VITALWIRE_MODE: 'distributed',
  KAFKA_BROKERS: 'kafka:9092',
  KAFKA_TLS: 'true',
  REDIS_URL: 'rediss://redis',
  INFLUX_URL: 'https://influx',
  INFLUX_TOKEN: 'token',
  CASSANDRA_CONTACT_POINTS: 'cassandra:9042',
  CASSANDRA_LOCAL_DC: 'Northeast',
  DEVICE_JWT_SECRET: 'd'.repeat(32),
  STAFF_JWT_SECRET: 's'.repeat(32),
};

describe('the files of TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitalwire-tls-'));
  const file = (name: string): string => join(folder, name);
  const settingsOf = (changes: Readonly<Record<string, string>>) =>
    engineSettings(readConfig({ ...NEEDED, ...changes }));

  beforeAll(() => {
    for (const name of ['one', 'other']) {
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
      const to = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
      execFileSync('openssl', ['req', '-x509', ...key, ...to, '-subj', `/CN=${name}`], { stdio: 'ignore' });
    }
    writeFileSync(file('nonsense.pem'), 'not a certificate');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are read at start', () => {
    const { kafka, redis, influx } = settingsOf({
      KAFKA_TLS_CA: file('one.pem'),
      KAFKA_TLS_CERT: file('other.pem'),
      KAFKA_TLS_KEY: file('other.key'),
      INFLUX_TLS_CA: file('one.pem'),
    });
    expect(kafka.security.tls?.ca).toContain('BEGIN CERTIFICATE');
    expect(kafka.security.tls?.key).toContain('PRIVATE KEY');
    expect(influx?.ca).toContain('BEGIN CERTIFICATE');
    expect(redis?.tls).toEqual({ ca: undefined, cert: undefined, key: undefined });
  });

  it.each<[string, Record<string, string>]>([
    ['KAFKA_TLS_CA', { KAFKA_TLS_CA: '/nowhere/ca.pem' }],
    ['REDIS_TLS_CA', { REDIS_TLS_CA: file('nonsense.pem') }],
    ['INFLUX_TLS_CA', { INFLUX_TLS_CA: file('nonsense.pem') }],
    ['KAFKA_TLS_KEY', { KAFKA_TLS_CERT: file('one.pem'), KAFKA_TLS_KEY: file('nonsense.pem') }],
    ['KAFKA_TLS_KEY', { KAFKA_TLS_CERT: file('one.pem'), KAFKA_TLS_KEY: file('other.key') }],
  ])('%s that cannot be used is told', (setting, changes) => {
    expect(() => settingsOf(changes)).toThrow(new RegExp(`^${setting}: `));
  });
});
