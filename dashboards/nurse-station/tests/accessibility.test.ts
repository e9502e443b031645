/** Every page in light and dark, judged by axe: WCAG 2.2 A and AA, contrast among it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { describe, expect, it } from 'vitest';
import { desaturation, eventually, visits } from './browser.ts';
import { nightScenario } from './fake-scenario.ts';

const ward = visits(12);
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PAGES: readonly (readonly [name: string, hash: string, ready: string])[] = [
  ['wall', '#/', '.tile .limits:not(:empty)'],
  ['alerts', '#/alerts', '.alert-row'],
  ['log', '#/log', '.log-line'],
  ['patient', '#/patients/P1001', '.risk-points'],
  ['report', '#/report', '.bars'],
  ['board', '#/board', '.board-bed'],
];

async function violations(): Promise<string[]> {
  const { violations: found } = await ward.page.evaluate<AxeResults>(
    `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it('no page has a violation', async () => {
    nightScenario(ward.fake.ward, Date.now());
    ward.fake.alerts.raise('P1001', desaturation);
    ward.fake.alerts.storm();
    await ward.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await ward.open();
    await ward.page.evaluate(source);
    // What lies over a whole tile to be clicked would keep axe from seeing the colours under it.
    await ward.page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.tile::after, .tile-link::before { content: none !important; }');
      document.adoptedStyleSheets.push(sheet);
    });
    const found: Record<string, string[]> = {};
    for (const [name, hash, ready] of PAGES) {
      await ward.page.evaluate((to) => (location.hash = to), hash);
      await ward.page.locator(ready).first().waitFor();
      found[name] = await violations();
    }
    ward.fake.refuse(true);
    await eventually(() => ward.page.locator('.unwatched').count()).toBe(1);
    found['not monitoring'] = await violations();
    expect(found).toEqual(Object.fromEntries([...PAGES.map(([name]) => [name, []]), ['not monitoring', []]]));
  });
});
