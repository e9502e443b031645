import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { NewRecord } from '../ports/event-log.ts';
import { createLogger } from '../runtime/logger.ts';
import { createRegistry } from '../runtime/metrics.ts';
import { TOPICS } from '../runtime/topics.ts';
import { eventually } from '../testing/eventually.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { SettingsFollower, followSettings, type FollowOptions } from './follow-settings.ts';
import { settingsMetrics } from './metrics.ts';
import { parseSettings } from './parse-settings.ts';
import { readSettings, type SettingsFile } from './settings-file.ts';
import { ReplaceableSettings, type Versioned } from './settings-source.ts';

interface Delay extends Versioned {
  readonly delayMs: number;
}

const schema = z.strictObject({ delay_s: z.number().nonnegative(), more: z.unknown().optional() });
const parse = (yaml: string): Delay =>
  parseSettings(yaml, {
    schema,
    check: () => [],
    toSettings: ({ delay_s }, version) => ({ version, delayMs: delay_s * 1000 }),
  });

const folder = temporaryFolder();
const file: SettingsFile<Delay> = { setting: 'DELAY_FILE', path: join(folder.path, 'delay.yaml'), parse };
beforeEach(() => {
  rmSync(file.path, { force: true });
  writeFileSync(file.path, 'delay_s: 1\n');
});

afterAll(() => folder.remove());

class Process {
  readonly clock = new ManualClock();
  readonly registry = createRegistry('test');
  readonly metrics = settingsMetrics(this.registry);
  readonly source: ReplaceableSettings<Delay>;
  readonly records: NewRecord[] = [];
  readonly options: FollowOptions<Delay>;
  readonly follower: SettingsFollower<Delay>;
  logIsAway = false;

  constructor(watched = true) {
    this.source = new ReplaceableSettings(readSettings(file));
    this.options = {
      file,
      source: this.source,
      watched,
      inAudit: (settings) => settings,
      component: 'test',
      log: {
        append: async (records) => {
          if (this.logIsAway) throw new Error('away');
          this.records.push(...records);
        },
      },
      clock: this.clock,
      logger: createLogger('test', 'silent'),
      metrics: this.metrics,
    };
    this.follower = new SettingsFollower(this.options);
    this.follower.begin();
  }

  look(): Promise<void> {
    return this.follower.look();
  }

  get delayMs(): number {
    return this.source.current().delayMs;
  }

  get trail(): readonly Record<string, unknown>[] {
    return this.records.map(
      ({ value }) => JSON.parse(Buffer.from(value!).toString()) as Record<string, unknown>,
    );
  }

  async refused(): Promise<number | undefined> {
    return (await this.metrics.refused.get()).values[0]?.value;
  }

  async versions(): Promise<unknown[]> {
    return (await this.metrics.running.get()).values.map(({ labels }) => labels['version']);
  }
}

describe('a settings file that changes', () => {
  it('is in force after the second reading that finds it, and heard of', async () => {
    const one = new Process();
    const heard: number[] = [];
    one.source.onChange(({ delayMs }) => heard.push(delayMs));
    const before = one.source.current().version;
    writeFileSync(file.path, 'delay_s: 2\n');
    await one.look();
    expect(one.delayMs).toBe(1_000);
    await one.look();
    expect(one.delayMs).toBe(2_000);
    await one.look();
    expect(heard).toEqual([2_000]);
    expect(await one.versions()).toEqual([one.source.current().version]);
    expect(one.records.every(({ topic, key }) => topic === TOPICS.actions.name && key === 'DELAY_FILE')).toBe(
      true,
    );
    expect(one.trail).toMatchObject([
      { action: 'settings_applied', previous: null, version: before, settings: { delayMs: 1_000 } },
      {
        action: 'settings_applied',
        actor: 'system',
        component: 'test',
        previous: before,
        version: one.source.current().version,
        settings: { delayMs: 2_000 },
      },
    ]);
  });

  it('half written is not taken for whole', async () => {
    const one = new Process();
    // Well formed, and not what is meant: the rest is on its way.
    writeFileSync(file.path, 'delay_s: 3');
    await one.look();
    writeFileSync(file.path, 'delay_s: 30\n');
    await one.look();
    expect(one.delayMs).toBe(1_000);
    await one.look();
    expect(one.delayMs).toBe(30_000);
  });

  it('is found by its content: a file that takes its place, or a link that is turned over', async () => {
    const one = new Process();
    writeFileSync(`${file.path}.new`, 'delay_s: 4\n');
    renameSync(`${file.path}.new`, file.path);
    await one.look();
    await one.look();
    expect(one.delayMs).toBe(4_000);
    writeFileSync(`${file.path}.target`, 'delay_s: 5\n');
    rmSync(file.path);
    symlinkSync(`${file.path}.target`, file.path);
    await one.look();
    await one.look();
    expect(one.delayMs).toBe(5_000);
  });

  it('that says the same in other words is another version', async () => {
    const one = new Process();
    const before = one.source.current().version;
    writeFileSync(file.path, 'delay_s: 1 # as ever\n');
    await one.look();
    await one.look();
    expect(one.source.current().version).not.toBe(before);
  });

  it('before a start is what that start reads', async () => {
    const one = new Process();
    writeFileSync(file.path, 'delay_s: 6\n');
    await one.look();
    // Dies between the reading and the taking over.
    one.follower.end();
    const next = new Process();
    expect(next.delayMs).toBe(6_000);
    await next.look();
    await next.look();
    expect(next.trail).toMatchObject([{ action: 'settings_applied', previous: null }]);
  });

  it('is not looked at where it comes with the code', async () => {
    const one = new Process(false);
    writeFileSync(file.path, 'delay_s: 7\n');
    for (let i = 0; i < 3; i++) await one.look();
    expect(one.delayMs).toBe(1_000);
  });
});

describe('a settings file that is wrong', () => {
  it('is refused with line and reason, once, and those in force stay', async () => {
    const one = new Process();
    const before = one.source.current().version;
    writeFileSync(file.path, '# slower\ndelay_s: -2\n');
    for (let i = 0; i < 4; i++) await one.look();
    expect(one.delayMs).toBe(1_000);
    expect(one.trail.slice(1)).toMatchObject([
      {
        action: 'settings_refused',
        running: before,
        problems: [{ line: 2, path: 'delay_s', reason: expect.stringContaining('>=0') }],
      },
    ]);
    expect(await one.refused()).toBe(1);
    expect(await one.versions()).toEqual([before]);
  });

  it('is mended by another, or by the one in force', async () => {
    const one = new Process();
    for (const text of ['delay_s: -2\n', 'delay_s: 1\n']) {
      writeFileSync(file.path, text);
      await one.look();
      await one.look();
    }
    expect(await one.refused()).toBe(0);
    expect(one.trail.map(({ action }) => action)).toEqual(['settings_applied', 'settings_refused']);
    writeFileSync(file.path, 'delay_s: 8\n');
    await one.look();
    await one.look();
    expect(one.delayMs).toBe(8_000);
  });

  it.each([
    ['is gone', () => rmSync(file.path), /ENOENT/],
    [
      'is no file of settings by its size',
      () => writeFileSync(file.path, `delay_s: 1 #${' '.repeat(2_000_000)}`),
      /bytes/,
    ],
  ])('as it %s, changes nothing', async (_, spoil, reason) => {
    const one = new Process();
    spoil();
    for (let i = 0; i < 3; i++) await one.look();
    expect(one.delayMs).toBe(1_000);
    expect(one.trail.slice(1)).toMatchObject([
      {
        action: 'settings_refused',
        version: null,
        problems: [{ path: 'file', reason: expect.stringMatching(reason) }],
      },
    ]);
  });

  it('refuses a start, and says the file and each line', () => {
    writeFileSync(file.path, 'delay_s: -2\nfoo: 1\n');
    expect(() => readSettings(file)).toThrow(
      `DELAY_FILE: ${file.path}: line 1: delay_s: Too small: expected number to be >=0\nDELAY_FILE: ${file.path}: line 2: foo: is unknown`,
    );
  });
});

it('settings do not wait for a log that is away; their lines do', async () => {
  const one = new Process();
  one.logIsAway = true;
  writeFileSync(file.path, 'delay_s: 9\n');
  await one.look();
  await one.look();
  expect(one.delayMs).toBe(9_000);
  expect(one.trail).toHaveLength(1);
  one.logIsAway = false;
  await eventually(async () => {
    await one.look();
    expect(one.trail.map(({ action }) => action)).toEqual(['settings_applied', 'settings_applied']);
  });
});

it('the file is looked at each second, until it is stopped', async () => {
  const { options, source, clock } = new Process();
  const service = followSettings(options);
  writeFileSync(file.path, 'delay_s: 10\n');
  await eventually(async () => {
    await clock.advance(1_000);
    expect(source.current().delayMs).toBe(10_000);
  });
  await service.stop();
  writeFileSync(file.path, 'delay_s: 11\n');
  for (let i = 0; i < 3; i++) await clock.advance(1_000);
  expect(source.current().delayMs).toBe(10_000);
});

it('a file that does not answer is told, and decided on anew once it does', async () => {
  const one = new Process();
  const service = followSettings(one.options);
  rmSync(file.path);
  // Whoever opens it to read waits for somebody who writes.
  execFileSync('mkfifo', [file.path]);
  await one.clock.advance(40_000);
  expect(await one.refused()).toBe(1);
  expect(one.trail.at(-1)).toMatchObject({ problems: [{ reason: 'does not answer' }] });
  writeFileSync(file.path, 'delay_s: 1\n');
  rmSync(file.path);
  writeFileSync(file.path, 'delay_s: 1\n');
  await eventually(async () => {
    await one.clock.advance(1_000);
    expect(await one.refused()).toBe(0);
  });
  expect(one.trail.filter(({ action }) => action === 'settings_refused')).toHaveLength(1);
  await service.stop();
});
