/** The alarm's sound by its Web Audio graph: the bursts as rendered samples, and the page's use of the audio clock. */
import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { BURSTS, pulseStarts, type Burst } from '../src/sound/burst.ts';
import type { playBurst } from '../src/sound/tone.ts';
import { desaturation, eventually, visits } from './browser.ts';

const ward = visits(6, true);
const RATE = 16_000;
/** Samples of an envelope point, 5 ms. */
const STEP = 80;

interface Tone {
  readonly playBurst: typeof playBurst;
}

let module: string;
beforeAll(async () => {
  const sound = join(import.meta.dirname, '../src/sound');
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: join(sound, 'tone.ts'), formats: ['es'] } },
  })) as Rolldown.RolldownOutput[];
  module = built[0]?.output[0].code ?? '';
});

/** Bursts rendered in the browser: mono samples of each. */
async function render(bursts: readonly Burst[]): Promise<number[][]> {
  await ward.page.addScriptTag({
    type: 'module',
    content: `${module}; Object.assign(globalThis, { playBurst });`,
  });
  await ward.page.waitForFunction(() => 'playBurst' in globalThis);
  return ward.page.evaluate(
    ({ bursts, rate }) =>
      Promise.all(
        bursts.map(async (burst) => {
          const { playBurst } = globalThis as unknown as Tone;
          const context = new OfflineAudioContext(1, rate * 4, rate);
          playBurst(context, context.destination, burst, 0.1);
          const buffer = await context.startRendering();
          return Array.from(buffer.getChannelData(0), (sample) => Math.round(sample * 1e4) / 1e4);
        }),
      ),
    { bursts, rate: RATE },
  );
}

/** Start and length in seconds of each stretch that is louder than a tenth of the peak. */
function pulsesIn(samples: readonly number[]): { at: number; length: number }[] {
  const envelope: number[] = [];
  for (let i = 0; i < samples.length; i += STEP) {
    envelope.push(Math.max(...samples.slice(i, i + STEP).map(Math.abs)));
  }
  const threshold = Math.max(...envelope) / 10;
  const pulses: { at: number; length: number }[] = [];
  envelope.forEach((level, index) => {
    const at = (index * STEP) / RATE;
    if (level < threshold) return;
    const last = pulses.at(-1);
    if (last !== undefined && at - last.at - last.length < 0.001) last.length += STEP / RATE;
    else pulses.push({ at, length: STEP / RATE });
  });
  return pulses;
}

/** Amplitude of a frequency in the samples (Goertzel). */
function amplitudeAt(samples: readonly number[], frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  let [a, b] = [0, 0];
  for (const sample of samples) [a, b] = [sample + coefficient * a - b, a];
  return (2 * Math.sqrt(a * a + b * b - coefficient * a * b)) / samples.length;
}

it('bursts are rendered with their pulses, times and tones', async () => {
  await ward.page.goto('about:blank');
  const bursts = Object.values(BURSTS);
  const rendered = await render(bursts);
  bursts.forEach((burst, index) => expectRendered(burst, rendered[index] ?? []));
});

function expectRendered(burst: Burst, samples: readonly number[]): void {
  const pulses = pulsesIn(samples);
  const starts = pulseStarts(burst);
  expect(pulses).toHaveLength(starts.length);
  pulses.forEach(({ at, length }, index) => {
    expect(Math.abs(at - 0.1 - (starts[index] ?? 0))).toBeLessThan(0.011);
    expect(Math.abs(length - burst.pulse)).toBeLessThan(0.016);
  });
  const middle = samples.slice((0.1 + burst.pulse * 0.2) * RATE, (0.1 + burst.pulse * 0.8) * RATE);
  const fundamental = amplitudeAt(middle, burst.fundamental);
  expect(fundamental).toBeGreaterThan(0.1);
  const audible = [1, 2, 3, 4, 5, 6].filter((n) => {
    const level = amplitudeAt(middle, burst.fundamental * n);
    return burst.fundamental * n >= 300 && level > fundamental * 10 ** (-15 / 20) * 0.9;
  });
  expect(audible.length).toBeGreaterThanOrEqual(4);
  // No click: a pulse rises over more than a tenth of itself.
  const first = samples.slice(0.1 * RATE, (0.1 + burst.pulse * 0.1) * RATE);
  const peak = Math.max(...samples.map(Math.abs));
  expect(Math.max(...first.map(Math.abs))).toBeLessThan(peak * 0.85);
}

interface Heard {
  readonly frequency: number;
  readonly at: number;
  stopped: boolean;
}

/** Notes what the page lays on the audio clock, and takes its animation frames away as a hidden tab's are. */
async function listen(): Promise<void> {
  await ward.page.addInitScript(() => {
    const heard: Heard[] = [];
    Object.assign(globalThis, { heard });
    const start = Reflect.get(OscillatorNode.prototype, 'start') as Function;
    const stop = Reflect.get(OscillatorNode.prototype, 'stop') as Function;
    const notes = new WeakMap<OscillatorNode, Heard>();
    OscillatorNode.prototype.start = function (at = 0) {
      const note = { frequency: this.frequency.value, at: at - this.context.currentTime, stopped: false };
      heard.push(note);
      notes.set(this, note);
      start.call(this, at);
    };
    OscillatorNode.prototype.stop = function (at) {
      const note = notes.get(this);
      if (note !== undefined && at === undefined) note.stopped = true;
      if (at === undefined) stop.call(this);
      else stop.call(this, at);
    };
    globalThis.requestAnimationFrame = () => 0;
  });
}

const laid = (): Promise<Heard[]> =>
  ward.page.evaluate(() =>
    (globalThis as unknown as { heard: Heard[] }).heard.filter(({ stopped }) => !stopped),
  );

describe('the station', () => {
  it('is loudly off until somebody turns it on, then sounds by priority until acknowledged', async () => {
    await listen();
    ward.fake.alerts.raise('P1003', {
      type: 'high_heartrate',
      priority: 'medium',
      value: 130,
      threshold: 120,
    });
    await ward.open();
    const off = ward.page.locator('.sound-off');
    await off.waitFor();
    expect(await off.textContent()).toContain('SOUND OFF');
    expect(await laid()).toEqual([]);

    await ward.page.keyboard.press('s');
    await off.waitFor({ state: 'detached' });
    await eventually(async () => (await laid()).map(({ frequency }) => frequency)).toContain(
      BURSTS.medium.fundamental,
    );
    // Laid ahead of a hidden tab's timers, which may fire once a minute.
    expect(Math.max(...(await laid()).map(({ at }) => at))).toBeGreaterThan(60);

    const alert = ward.fake.alerts.raise('P1004', desaturation);
    await eventually(async () => new Set((await laid()).map(({ frequency }) => frequency))).toEqual(
      new Set([BURSTS.critical.fundamental]),
    );
    ward.fake.alerts.acknowledge(alert.id, 'Maja Lindqvist', Date.now());
    await eventually(async () => new Set((await laid()).map(({ frequency }) => frequency))).toEqual(
      new Set([BURSTS.medium.fundamental]),
    );
    ward.fake.ward.pause('P1003', 'Maja Lindqvist', 60, Date.now());
    await eventually(laid).toEqual([]);
    ward.fake.ward.resume('P1003');
    await eventually(async () => (await laid()).length).toBeGreaterThan(3);

    await ward.page.keyboard.press('m');
    await eventually(() => ward.page.locator('.sound-muted').textContent()).toMatch(/Muted (2:00|1:5\d)/);
    expect(await laid()).toEqual([]);
    ward.fake.alerts.raise('P1005', { ...desaturation, priority: 'high' });
    await eventually(async () => (await laid()).length).toBeGreaterThan(3);
  });

  it('is given its sound back while something is asked', async () => {
    await listen();
    ward.fake.alerts.raise('P1004', desaturation);
    await ward.open('nurse', '#/patients/P1004');
    const dialog = ward.page.locator('dialog.dialog');
    const open = async () => {
      await ward.page.getByRole('button', { name: 'Transfer…' }).click();
      await dialog.waitFor();
    };
    await open();
    expect(await dialog.locator('.sound-off').textContent()).toContain('SOUND OFF');
    await dialog.locator('.sound-off').click();
    await dialog.locator('.sound-off').waitFor({ state: 'detached' });
    await eventually(async () => (await laid()).length).toBeGreaterThan(3);
    // A letter is no command while something is asked, the button that had the focus being gone.
    await ward.page.keyboard.press('w');
    expect(await dialog.count()).toBe(1);
    await ward.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await ward.page.keyboard.press('m');
    await eventually(laid).toEqual([]);
    await open();
    await dialog.locator('.sound-muted').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).focus();
    await ward.page.keyboard.press('m');
    await dialog.locator('.sound-muted').waitFor({ state: 'detached' });
    await eventually(async () => (await laid()).length).toBeGreaterThan(3);
    // Nothing that is asked is worth a silence.
    await ward.page.keyboard.press('m');
    expect(await dialog.locator('.sound-muted').count()).toBe(0);
  });

  it('says so when the browser holds the sound back, and turns it on by itself at the next gesture', async () => {
    await listen();
    await ward.page.addInitScript(() => {
      const contexts: AudioContext[] = [];
      Object.assign(globalThis, { contexts });
      globalThis.AudioContext = class extends AudioContext {
        constructor(options?: AudioContextOptions) {
          super(options);
          contexts.push(this);
        }
      };
    });
    await ward.open();
    await ward.page.locator('.sound-off').click();
    await ward.page.locator('.sound').waitFor();
    await ward.page.evaluate(() =>
      (globalThis as unknown as { contexts: AudioContext[] }).contexts[0]?.suspend(),
    );
    await ward.page.locator('.sound-off').waitFor();
    await ward.page.locator('.clock').click();
    await ward.page.locator('.sound').waitFor();
    await ward.page.locator('.sound-settings summary').click();
    await ward.page.getByRole('button', { name: 'Sound check' }).click();
    expect((await laid()).map(({ frequency }) => frequency)).toEqual([
      BURSTS.high.fundamental,
      BURSTS.medium.fundamental,
      BURSTS.low.fundamental,
    ]);
  });
});
