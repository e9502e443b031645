import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCommand, type Arguments } from './arguments.ts';
import { withPlan } from './plan-file.ts';
import { planRun } from './plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitalwire-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'plan.yaml');
  writeFileSync(path, text);
  return path;
}

async function given(argv: readonly string[]): Promise<Arguments> {
  let given: Arguments | undefined;
  const command = createCommand(async (parsed) => void (given = parsed));
  await command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(withPlan(argv), { from: 'user' });
  return given!;
}

describe('a plan', () => {
  const plan = `
devices: 40
url: mqtts://gateway.example:8883
mix: { stable: 0.5, sepsis: 0.5 }
faults: { offline: 0.1, duplicates: 0.2 }
phases: [30s@0..1, 1m@2]
slo: [lost=0, puback_p99<5ms]
region: [West, Midwest]
html: report.html
`;

  it('stands for its options', async () => {
    expect(await given(['--plan', file(plan)])).toMatchObject({
      devices: 40,
      url: 'mqtts://gateway.example:8883',
      mix: [
        { name: 'stable', share: 0.5 },
        { name: 'sepsis', share: 0.5 },
      ],
      faults: [
        { name: 'offline', share: 0.1 },
        { name: 'duplicates', share: 0.2 },
      ],
      regions: ['West', 'Midwest'],
      html: 'report.html',
    });
  });

  it('gives way to the command line', async () => {
    expect(await given(['--devices', '7', `--plan=${file(plan)}`])).toMatchObject({ devices: 7 });
  });

  it.each([
    ['devices: [1]', /devices must be a text or a number/],
    ['faults: offline', /faults must be a map/],
    ['token: abc', /token belongs into the environment/],
    ['- devices', /must be a map of options/],
    ['colour: blue', /unknown option '--colour'/],
    ['slo: fast', /not like alert_p99/],
    ['faults: { offline: 0.6, stuck: 0.6 }', /more than 1/],
    ['mix: { stable: 0.6 }', /The shares make 0\.6/],
  ])('%j is refused with what is wrong', async (text, message) => {
    await expect(given(['--plan', file(text)])).rejects.toThrow(message);
  });

  it('expects nothing of a scenario where values are stuck', async () => {
    const options = ['--secret', 'a secret of at least thirty-two characters', '--scenario', 'arrhythmia'];
    const { devices } = await planRun(await given([...options, '--fault', 'stuck:0.5']), {});
    for (const { fault, expect: expected } of devices)
      expect(expected).toHaveLength(fault === 'stuck' ? 0 : 1);
    expect(devices.filter(({ fault }) => fault === 'stuck')).toHaveLength(5);
  });

  it('spreads shares over the fleet as they are asked for', async () => {
    const options = ['--secret', 'a secret of at least thirty-two characters', '--devices', '100'];
    const { load, devices } = await planRun(
      await given([...options, '--plan', file(plan.replace('devices: 40', ''))]),
      {},
    );
    const count = (of: (device: (typeof load.devices)[number]) => boolean): number =>
      load.devices.filter(of).length;
    expect(count(({ fault }) => fault === 'offline')).toBe(10);
    expect(count(({ fault }) => fault === 'duplicates')).toBe(20);
    expect(count(({ patient }) => patient.kind === 'synthetic' && patient.scenario === 'sepsis')).toBe(50);
    expect(devices.filter(({ expect }) => expect.length > 0)).toHaveLength(50);
    expect(load.segments).toEqual([
      { durationMs: 30_000, fromPerS: 0, toPerS: 100 },
      { durationMs: 60_000, fromPerS: 200, toPerS: 200 },
    ]);
  });
});
