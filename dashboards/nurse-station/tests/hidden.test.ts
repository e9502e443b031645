/** A station behind another tab: nobody sees it, and it is heard all the same. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { desaturation, eventually } from './browser.ts';
import { buildPage } from './chromium.ts';
import { fakeToken, startFakeServer, type FakeServer } from './fake-server.ts';
import { openTabs, type Tab, type Tabs } from './tabs.ts';

let dist: string;
let fake: FakeServer;
let tabs: Tabs;
beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'nurse-station-'));
  [tabs] = await Promise.all([openTabs(), buildPage(dist)]);
  fake = await startFakeServer({ port: 0, dist, beds: 6 });
});
afterAll(async () => {
  await tabs?.close();
  await fake?.close();
  await rm(dist, { recursive: true, force: true });
});

/** Whatever goes to the loudspeaker also goes to a meter; frames and timers are counted. */
const METER = `
  globalThis.frames = 0;
  globalThis.ticks = 0;
  const frame = () => { frames++; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  setInterval(() => ticks++, 50);
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to === this.context.destination) {
      globalThis.meter = new AnalyserNode(this.context, { fftSize: 32768 });
      connect.call(this, meter);
    }
    return connect.call(this, to, ...rest);
  };
  globalThis.loudness = () => {
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    return Math.max(...samples.map(Math.abs));
  };
`;

const framesDuring = async (tab: Tab, ms: number): Promise<[frames: number, ticks: number]> => {
  const read = async () =>
    JSON.parse(String(await tab.evaluate('JSON.stringify([frames, ticks])'))) as number[];
  const before = await read();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const after = await read();
  return [(after[0] ?? 0) - (before[0] ?? 0), (after[1] ?? 0) - (before[1] ?? 0)];
};

it('a station that another tab hides sounds, tells the tab bar, and falls silent when somebody acknowledges elsewhere', async () => {
  const station = await tabs.open(`${fake.url}/#token=${fakeToken('Ana Ruiz', 'nurse')}`, METER);
  const has = (selector: string) => station.evaluate(`document.querySelector('${selector}') !== null`);
  await eventually(() => has('.tile[data-patient=P1001]')).toBe(true);
  await station.press('s');
  await eventually(() => has('.sound')).toBe(true);

  const other = await tabs.open('about:blank');
  await other.toFront();
  await eventually(() => station.evaluate('document.visibilityState')).toBe('hidden');
  const [frames, ticks] = await framesDuring(station, 2000);
  expect(frames).toBe(0);
  // 40 where it is seen: the browser holds the timers of a hidden tab back.
  expect(ticks).toBeLessThan(10);

  const loudness = async () => Number(await station.evaluate('loudness()'));
  expect(await loudness()).toBe(0);
  const alert = fake.alerts.raise('P1004', desaturation);
  await eventually(loudness).toBeGreaterThan(0.05);
  await eventually(() => station.evaluate('document.title')).toMatch(/^\(1\)/);
  expect(await station.evaluate('document.visibilityState')).toBe('hidden');

  fake.alerts.acknowledge(alert.id, 'Maja Lindqvist', Date.now());
  await eventually(loudness).toBeLessThan(0.001);

  fake.stall(true);
  await eventually(() => station.evaluate('document.title')).toContain('NOT MONITORING');
  await eventually(loudness).toBeGreaterThan(0.05);
});
