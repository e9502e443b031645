/** The built page in a real browser against the fake alert engine, for the test files that look at it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { buildPage, launchChromium } from './chromium.ts';
import { fakeToken, startFakeServer, type FakeServer } from './fake-server.ts';

/** Far beyond what any step takes: a busy machine must not fail a test. */
const PATIENCE_MS = 30_000;

export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: PATIENCE_MS });

const VIEWPORT = { width: 1366, height: 768 };

/** What a test holds in its hands; made anew for each. */
export interface Visit {
  readonly fake: FakeServer;
  readonly page: Page;
  readonly tile: (id: string) => Locator;
  open(role?: string, hash?: string): Promise<void>;
  /** Another server with as many beds takes this one's place. */
  withBeds(beds: number): Promise<void>;
}

/**
 * Call once in a file; the object it returns is filled before each test. Each test's server has a port, so an origin, so a storage of its
 * own; the page is the same for all unless `freshPages`, for tests that leave something in it.
 */
export function visits(beds: number, freshPages = false): Visit {
  vi.setConfig({ testTimeout: 150_000, hookTimeout: 90_000 });
  let dist: string;
  let browser: Browser;
  let context: BrowserContext | undefined;
  let complaints: string[] = [];
  let fake: FakeServer;
  let page: Page;

  beforeAll(async () => {
    dist = await mkdtemp(join(tmpdir(), 'nurse-station-'));
    [browser] = await Promise.all([launchChromium(), buildPage(dist)]);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(dist, { recursive: true, force: true });
  });
  beforeEach(async () => {
    fake = await startFakeServer({ port: 0, dist, beds });
    complaints = [];
    if (context !== undefined) return page.setViewportSize(VIEWPORT);
    context = await browser.newContext({ viewport: VIEWPORT, acceptDownloads: true });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // What the server was told to refuse is no fault of the page.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
  });
  afterEach(async () => {
    if (freshPages) {
      await context?.close();
      context = undefined;
    } else {
      await page.goto('about:blank');
    }
    await fake.close();
    expect(complaints).toEqual([]);
  });

  const tile = (id: string): Locator => page.locator(`.tile[data-patient="${id}"]`);
  return {
    get fake() {
      return fake;
    },
    get page() {
      return page;
    },
    tile,
    async open(role = 'nurse', hash = '') {
      await page.goto(`${fake.url}/#token=${fakeToken('Ana Ruiz', role)}`);
      await tile('P1001').waitFor();
      if (hash !== '') await page.goto(`${fake.url}/${hash}`);
    },
    async withBeds(count) {
      await fake.close();
      fake = await startFakeServer({ port: 0, dist, beds: count });
    },
  };
}

export const desaturation = {
  type: 'low_oxygen_saturation',
  priority: 'critical',
  value: 78,
  threshold: 80,
} as const;
