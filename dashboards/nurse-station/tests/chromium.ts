/** The built page and a real browser, for the tests and for the measurement. */
import { join } from 'node:path';
import { CHROMIUM_ARGS, chromiumPath } from '@vitalwire/core/testing/chromium.ts';
import { chromium, type Browser } from 'playwright-core';
import { build } from 'vite';

// As people's browsers have it: no sound before a gesture.
export const STATION_ARGS = [...CHROMIUM_ARGS, '--autoplay-policy=user-gesture-required'];

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: STATION_ARGS });

/** Into `dist`, as it is shipped. */
export async function buildPage(dist: string): Promise<void> {
  const root = join(import.meta.dirname, '..');
  await build({ root, logLevel: 'error', build: { outDir: dist, emptyOutDir: true } });
}
