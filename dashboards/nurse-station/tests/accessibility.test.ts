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

const DIALOGS: readonly (readonly [name: string, hash: string, button: string])[] = [
  ['limits', '#/patients/P1001', 'Change limits…'],
  ['transfer', '#/patients/P1001', 'Transfer…'],
  ['discharge', '#/patients/P1001', 'Discharge…'],
  ['admit', '#/patients/P9999', 'Admit…'],
  ['admit anybody', '#/', 'Admit…'],
];

async function violations(): Promise<string[]> {
  const { violations: found } = await ward.page.evaluate<AxeResults>(
    `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

async function enter(colorScheme: 'light' | 'dark'): Promise<void> {
  nightScenario(ward.fake.ward, Date.now());
  ward.fake.alerts.raise('P1001', desaturation);
  ward.fake.alerts.raise('P1002', { ...desaturation, late: true, signal: 'delayed' });
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
}

const goTo = (hash: string): Promise<string> => ward.page.evaluate((to) => (location.hash = to), hash);

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it('no page has a violation', async () => {
    await enter(colorScheme);
    const found: Record<string, string[]> = {};
    for (const [name, hash, ready] of PAGES) {
      await goTo(hash);
      await ward.page.locator(ready).first().waitFor();
      found[name] = await violations();
    }
    ward.fake.refuse(true);
    await eventually(() => ward.page.locator('.unwatched').count()).toBe(1);
    found['not monitoring'] = await violations();
    expect(found).toEqual(Object.fromEntries([...PAGES.map(([name]) => [name, []]), ['not monitoring', []]]));
  });

  it('no dialog has a violation', async () => {
    await enter(colorScheme);
    const found: Record<string, string[]> = {};
    for (const [name, hash, button] of DIALOGS) {
      await goTo(hash);
      const scope = ward.page.locator(hash === '#/' ? 'nav' : 'main');
      await scope.getByRole('button', { name: button }).click();
      await ward.page.locator('dialog.dialog').waitFor();
      found[name] = await violations();
      await ward.page.keyboard.press('Escape');
      await ward.page.locator('dialog.dialog').waitFor({ state: 'detached' });
    }
    expect(found).toEqual(Object.fromEntries(DIALOGS.map(([name]) => [name, []])));
  });
});

describe('motion', () => {
  it.each(['reduce', 'no-preference'] as const)('%s', async (reducedMotion) => {
    ward.fake.alerts.raise('P1004', desaturation);
    await ward.page.emulateMedia({ reducedMotion });
    const flashing = () =>
      ward.page.evaluate(
        () =>
          document
            .getAnimations()
            .filter((each) => each instanceof CSSAnimation && each.animationName.endsWith('flash')).length,
      );
    await ward.open();
    await eventually(() => ward.tile('P1004').getAttribute('data-state')).toBe('active');
    // What flashes for those who can bear it is a thicker frame for the others: still the first thing one sees.
    const frame = await ward
      .tile('P1004')
      .evaluate((tile) => getComputedStyle(tile, '::after').borderTopWidth);
    const wall = await flashing();
    await ward.page.evaluate(() => (location.hash = '#/board'));
    await ward.page.locator('.board-bed').waitFor();
    const board = await flashing();
    if (reducedMotion === 'reduce') {
      expect([wall, board]).toEqual([0, 0]);
      expect(Number.parseFloat(frame)).toBeGreaterThan(5);
    } else {
      expect(wall).toBeGreaterThan(0);
      expect(board).toBeGreaterThan(0);
    }
  });
});
