import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually as within, startTestDeployment, type TestDeployment } from './support/deployment.ts';
import { plainDevice, type PlainDevice } from './support/plain-client.ts';

const root = new URL('../../../', import.meta.url);
const alarms = readFileSync(new URL('core/config/alarms.yaml', root), 'utf8')
  .replace('default: 10', 'default: 1')
  .replace('oxygen_saturation: 15', 'oxygen_saturation: 1');
const escalation = readFileSync(new URL('alert-engine/config/escalation.yaml', root), 'utf8');

interface Alert {
  readonly id: string;
  readonly type: string;
  readonly settings_version: string;
  readonly limits_revision: number | null;
  readonly escalation_step: number;
}
interface Patient {
  readonly settings_version: string;
  readonly limits_revision: number;
  readonly limits: { readonly oxygen_saturation: { readonly low: readonly { readonly limit: number }[] } };
}

/** A file is looked at each second, and a busy machine takes its time over all that follows. */
const eventually = <T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> =>
  within(ask, satisfies, 60_000);

let folder: string;
let deployment: TestDeployment;
let device: PlainDevice;
let timer: NodeJS.Timeout;
let vitals: Record<string, number> = { oxygen_saturation: 91, heartbeat: 80 };

/** As an editor does, which puts a new file in the old one's place. */
function write(name: string, text: string): void {
  writeFileSync(join(folder, `${name}.new`), text);
  renameSync(join(folder, `${name}.new`), join(folder, name));
}
const patient = (): Promise<Patient> => deployment.get<Patient>('/api/patients/P1');
const open = async (): Promise<readonly Alert[]> =>
  (await deployment.get<{ items: Alert[] }>('/api/alerts?patient=P1&status=pending')).items;
async function metric(name: string): Promise<readonly string[]> {
  const text = await (await fetch(`${deployment.httpUrl}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitalwire-settings-'));
  write('alarms.yaml', alarms);
  write('escalation.yaml', escalation);
  deployment = await startTestDeployment({
    ALARMS_FILE: join(folder, 'alarms.yaml'),
    ESCALATION_FILE: join(folder, 'escalation.yaml'),
    LOG_LEVEL: 'silent',
  });
  const headers = {
    authorization: `Bearer ${await deployment.staffToken()}`,
    'content-type': 'application/json',
  };
  const bo = { patient_id: 'P1', name: 'Bo', region: 'Northeast', ward: 'B2', bed: '7' };
  for (const [method, path, body] of [
    ['POST', '/patients', bo],
    ['PUT', '/patients/P1/limits', { heartbeat: { high: 125 } }],
  ] as const) {
    const { ok } = await fetch(`${deployment.httpUrl}/api${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    expect(ok).toBe(true);
  }
  device = await plainDevice(deployment, 'MON-1', 'P1');
  timer = setInterval(() => void device.publish(Date.now(), vitals).catch(() => {}), 500);
});
afterAll(async () => {
  clearInterval(timer);
  await device.close();
  await deployment.stop();
  rmSync(folder, { recursive: true });
});

describe('settings that change while everything runs', () => {
  it('alarm settings that change judge from then on, and an alert says by which it was judged', async () => {
    const { settings_version: before } = await patient();
    expect(await open()).toEqual([]);
    write(
      'alarms.yaml',
      alarms.replace('low: { medium: 90, critical: 80 }', 'low: { medium: 93, critical: 80 }'),
    );
    const [alert] = await eventually(open, (found) => found.length > 0);
    const { settings_version: after, limits, limits_revision: revision } = await patient();
    expect(after).not.toBe(before);
    expect(revision).toBeGreaterThan(0);
    expect(limits.oxygen_saturation.low[0]?.limit).toBe(93);
    expect(alert).toMatchObject({
      type: 'low_oxygen_saturation',
      settings_version: after,
      limits_revision: revision,
    });
  });

  it('bad ones are refused, and those in force stay', async () => {
    const { settings_version: running } = await patient();
    write('alarms.yaml', alarms.replace('default: 1', 'default: -1'));
    await eventually(
      () => metric('vitalwire_settings_refused'),
      (lines) => lines.some((line) => line.includes('setting="ALARMS_FILE"') && line.endsWith(' 1')),
    );
    expect((await patient()).settings_version).toBe(running);
    expect((await metric('vitalwire_settings_running')).join('\n')).toContain(`version="${running}"`);
  });

  it('an escalation chain that changes is gone along by the next alert', async () => {
    write('escalation.yaml', escalation.replace('medium: 300, high: 60', 'medium: 1, high: 60'));
    await eventually(
      () => metric('vitalwire_settings_changes_total'),
      (lines) => lines.some((line) => line.includes('ESCALATION_FILE') && line.includes('applied')),
    );
    vitals = { oxygen_saturation: 91, heartbeat: 80, respiratory_rate: 34 };
    await eventually(open, (found) =>
      found.some(({ type, escalation_step }) => type === 'high_respiratory_rate' && escalation_step === 2),
    );
  });
});
