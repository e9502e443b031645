/** Devices over TLS, by token or by a certificate of the hospital's own authority. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyLog } from './faulty-log.ts';
import { openDevice, openWardOn, readingBytes, token, topicOf, until, type Ward } from './ward.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitalwire-gateway-tls-'));
const file = (name: string): string => join(folder, name);
const pem = (name: string): string => readFileSync(file(name), 'utf8');
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function makeAuthority(name: string): void {
  const to = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
  openssl('req', '-x509', ...KEY, ...to, '-subj', `/CN=${name}`);
}

function makeCertificate(name: string, subject: string, authority = 'ca'): void {
  openssl('req', ...KEY, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', subject);
  const by = ['-CA', file(`${authority}.pem`), '-CAkey', file(`${authority}.key`), '-CAcreateserial'];
  const to = ['-extfile', file('names.txt'), '-out', file(`${name}.pem`)];
  openssl('x509', '-req', '-in', file(`${name}.csr`), ...by, ...to);
}

let ward: Ward;
let tlsPort: number;

beforeAll(async () => {
  writeFileSync(file('names.txt'), 'subjectAltName=IP:127.0.0.1');
  for (const name of ['ca', 'stranger']) makeAuthority(name);
  makeCertificate('server', '/CN=gateway');
  makeCertificate('c1', '/CN=c1/OU=Northeast');
  makeCertificate('c1-forged', '/CN=c1/OU=Northeast', 'stranger');
  makeCertificate('c1-nowhere', '/CN=c1');
  makeCertificate('c1-atlantis', '/CN=c1/OU=Atlantis');
  const tls = { port: 0, cert: pem('server.pem'), key: pem('server.key'), ca: pem('ca.pem') };
  ward = await openWardOn(new FaultyLog(), {}, { tls });
  tlsPort = ward.gateway.tlsPort ?? 0;
});
afterAll(async () => {
  await ward.gateway.stop();
  rmSync(folder, { recursive: true });
});

const open = (clientId: string, options: IClientOptions = {}): Promise<MqttClient> =>
  connectAsync(
    `mqtts://127.0.0.1:${tlsPort}`,
    { clientId, ca: pem('ca.pem'), reconnectPeriod: 0, ...options },
    false,
  );
const certificate = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });

describe('over TLS', () => {
  it('a device with a token is served as it is without', async () => {
    const device = await open('t1', { username: 't1', password: await token('t1') });
    await device.publishAsync(topicOf('t1'), readingBytes('t1', 1), { qos: 1 });
    expect(ward.log.of('vitals.readings').filter(({ key }) => key === 'patient-of-t1')).toHaveLength(1);
    await device.endAsync();
  });

  it('a certificate takes the place of user name and token', async () => {
    const device = await open('c1', certificate('c1'));
    await device.publishAsync(topicOf('c1'), readingBytes('c1', 1), { qos: 1 });
    // Its topics are its own alone, as with a token.
    await device.publishAsync(topicOf('t1'), readingBytes('t1', 2), { qos: 1 });
    expect(ward.log.of('vitals.readings').filter(({ key }) => key === 'patient-of-c1')).toHaveLength(1);
    expect(ward.log.of('vitals.rejected')).toHaveLength(1);
    await device.endAsync();
  });

  it.each([
    ['of another device', 'c2', 'c1', 'credentials'],
    ['of an authority that nobody knows', 'c1', 'c1-forged', 'credentials'],
    ['without a region', 'c1', 'c1-nowhere', 'credentials'],
    ['of a region that the deployment does not have', 'c1', 'c1-atlantis', 'region'],
  ])('a certificate %s is refused, token or not', async (_, clientId, name, reason) => {
    const before = await ward.metric('refused_connections_total', { reason });
    for (const password of [undefined, await token(clientId)]) {
      const login = password === undefined ? {} : { username: clientId, password };
      await expect(open(clientId, { ...certificate(name), ...login })).rejects.toThrow('Not authorized');
    }
    expect(await ward.metric('refused_connections_total', { reason })).toBe(before + 2);
  });

  it('a device counts in the same bound as one without', async () => {
    const tls = { port: 0, cert: pem('server.pem'), key: pem('server.key'), ca: undefined };
    const crowded = await openWardOn(new FaultyLog(), { maxConnections: 1 }, { tls });
    const openSecurely = async (): Promise<MqttClient> =>
      connectAsync(
        `mqtts://127.0.0.1:${crowded.gateway.tlsPort}`,
        {
          clientId: 'b2',
          username: 'b2',
          password: await token('b2'),
          ca: pem('ca.pem'),
          reconnectPeriod: 0,
        },
        false,
      );
    try {
      const plain = await openDevice(crowded, 'b1');
      await expect(openSecurely()).rejects.toThrow();
      const refused = { reason: 'too_many_connections' };
      expect(await crowded.metric('refused_connections_total', refused)).toBe(1);
      await plain.endAsync();
      await until(async () => (await crowded.metric('connections')) === 0, 'the close');
      await (await openSecurely()).endAsync();
    } finally {
      await crowded.gateway.stop();
    }
  });

  it('with neither, nobody is let in', async () => {
    await expect(open('c1')).rejects.toThrow('Not authorized');
  });

  it('who speaks no TLS there, or too old a one, is counted and disturbs nobody', async () => {
    const before = await ward.metric('refused_connections_total', { reason: 'protocol' });
    const plain = connect(tlsPort, '127.0.0.1').on('error', () => undefined);
    plain.end('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => plain.once('close', resolve).resume());
    const old = connectTls({
      port: tlsPort,
      host: '127.0.0.1',
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1.1',
    });
    await new Promise((resolve) => old.once('error', resolve));
    await until(
      async () => (await ward.metric('refused_connections_total', { reason: 'protocol' })) >= before + 1,
      'it to be counted',
    );
    await (await open('c1', certificate('c1'))).endAsync();
  });
});
