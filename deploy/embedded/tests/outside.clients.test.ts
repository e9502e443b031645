/** MQTT clients that are not ours, unmodified, against the deployment. They must be installed; nothing is skipped. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { REGION, eventually, startTestDeployment, type TestDeployment } from './support/deployment.ts';

const run = promisify(execFile);
const example = (name: string): string =>
  fileURLToPath(new URL(`../../../docs/examples/${name}`, import.meta.url));

describe('outside clients', () => {
  let deployment: TestDeployment;
  let scratch: string;

  beforeAll(async () => {
    deployment = await startTestDeployment();
    scratch = mkdtempSync(join(tmpdir(), 'vitalwire-clients-'));
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true });
    await deployment.stop();
  });

  /** None while nobody has heard of the patient. */
  const heartbeats = async (patientId: string): Promise<(number | undefined)[]> => {
    const path = `${deployment.httpUrl}/api/patients/${patientId}/vitals?resolution=raw`;
    const response = await fetch(path, {
      headers: { authorization: `Bearer ${await deployment.staffToken()}` },
    });
    if (response.status === 404) return [];
    const { points } = (await response.json()) as { points: { heartbeat?: number }[] };
    return points.map((point) => point.heartbeat);
  };

  it('mosquitto_pub publishes a protobuf file with a token', async () => {
    const file = join(scratch, 'reading.bin');
    const reading = {
      deviceId: 'MOSQ-1',
      patientId: 'P-MOSQ',
      region: REGION,
      bootId: 1,
      sequence: 1,
      measuredAtMs: Date.now(),
      mode: 'real' as const,
      vitals: { ...noVitals(), heartbeat: 71 },
      validity: NO_MARKS,
      supplementalOxygen: undefined,
      consciousness: 'unknown' as const,
      batteryPercent: undefined,
    };
    writeFileSync(file, encodeReading(reading));
    const { port } = new URL(deployment.mqttUrl);
    const token = await deployment.deviceToken('MOSQ-1');
    const topic = `vitals/v1/${REGION}/MOSQ-1/readings`;
    for (const version of ['mqttv311', 'mqttv5']) {
      await run('mosquitto_pub', [
        '-V',
        version,
        '-h',
        '127.0.0.1',
        '-p',
        port,
        '-i',
        'MOSQ-1',
        '-u',
        'MOSQ-1',
        '-P',
        token,
        '-q',
        '1',
        '-t',
        topic,
        '-f',
        file,
      ]);
    }
    // The same reading twice, by two versions of the protocol, is one.
    expect(
      await eventually(
        () => heartbeats('P-MOSQ'),
        (found) => found.length > 0,
      ),
    ).toEqual([71]);
  });

  it('mosquitto_pub without a right token is refused', async () => {
    const { port } = new URL(deployment.mqttUrl);
    const publish = run('mosquitto_pub', [
      '-h',
      '127.0.0.1',
      '-p',
      port,
      '-i',
      'MOSQ-1',
      '-u',
      'MOSQ-1',
      '-P',
      'wrong',
      '-q',
      '1',
      '-t',
      'x',
      '-m',
      'x',
    ]);
    await expect(publish).rejects.toThrow(/not authori[sz]ed/i);
  });

  it("the README's Python example publishes with paho-mqtt", async () => {
    const { port } = new URL(deployment.mqttUrl);
    await run('python3', [example('publish.py'), await deployment.deviceToken('MON-1'), port]);
    expect(
      (
        await eventually(
          () => heartbeats('P1'),
          (found) => found.length > 0,
        )
      )[0],
    ).toBeGreaterThan(0);
  });

  it("the README's mqtt.js example publishes", async () => {
    const { port } = new URL(deployment.mqttUrl);
    const before = (await heartbeats('P1')).length;
    await run(process.execPath, [example('publish.mjs'), await deployment.deviceToken('MON-1'), port]);
    await eventually(
      () => heartbeats('P1'),
      (found) => found.length > before,
    );
  });
});
