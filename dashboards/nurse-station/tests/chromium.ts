/** The built page and a real browser, for the tests and for the measurement. */
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { build } from 'vite';

export const CHROMIUM_ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // As people's browsers have it: no sound before a gesture.
  '--autoplay-policy=user-gesture-required',
];

export const chromiumPath = (): string => process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });

/** Into `dist`, as it is shipped. */
export async function buildPage(dist: string): Promise<void> {
  const root = join(import.meta.dirname, '..');
  await build({ root, logLevel: 'error', build: { outDir: dist, emptyOutDir: true } });
}
