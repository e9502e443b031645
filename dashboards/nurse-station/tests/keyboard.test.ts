/** The keyboard for everything: the single keys, the dialogs, and Tab to whatever a mouse could press. */
import { describe, expect, it } from 'vitest';
import { desaturation, eventually, visits } from './browser.ts';

const ward = visits(20);
const keyboard = { press: (key: string): Promise<void> => ward.page.keyboard.press(key) };

describe('the keyboard', () => {
  it('reaches everything: help, beds, acknowledging, pausing, pages', async () => {
    await ward.open();
    await keyboard.press('?');
    await eventually(() => ward.page.locator('dialog .help-keys').isVisible()).toBe(true);
    await keyboard.press('Escape');
    await eventually(() => ward.page.locator('dialog').count()).toBe(0);

    const focused = () =>
      ward.page.evaluate(() => document.activeElement?.closest('.tile')?.getAttribute('data-patient'));
    // The dialog tells of its end a moment after it is out of sight; a key in between is still its own.
    const firstFocused = async () => {
      if ((await focused()) === undefined) await keyboard.press('ArrowRight');
      return focused();
    };
    await eventually(firstFocused).toBe('P1001');
    await keyboard.press('ArrowRight');
    expect(await focused()).toBe('P1002');
    await keyboard.press('ArrowDown');
    const below = await focused();
    expect(below).not.toBe('P1002');
    await keyboard.press('ArrowUp');
    expect(await focused()).toBe('P1002');
    const outline = await ward
      .tile('P1002')
      .evaluate((element) => Number.parseFloat(getComputedStyle(element).outlineWidth));
    expect(outline).toBeGreaterThanOrEqual(2);

    ward.fake.alerts.raise('P1014', desaturation);
    await eventually(() => ward.tile('P1014').getAttribute('data-state')).toBe('active');
    await keyboard.press('n');
    await eventually(focused).toBe('P1014');
    await keyboard.press('x');
    await eventually(() => ward.tile('P1014').getAttribute('data-state')).toBe('acknowledged');
    await keyboard.press('p');
    await eventually(() => ward.tile('P1014').locator('.pause').count()).toBe(1);
    await keyboard.press('Enter');
    await eventually(() => ward.page.locator('h1').textContent()).toContain('Bed 14');
    await keyboard.press('l');
    await ward.page.locator('.log-table').waitFor();
    await keyboard.press('w');
    await ward.tile('P1001').waitFor();
  });
});

const OPERABLE = 'a[href], button:not(:disabled), select:not(:disabled), input:not(:disabled), summary';

describe('Tab', () => {
  it.each([
    ['wall', '#/', '.tile .strip button'],
    ['alerts', '#/alerts', '.alert-row button'],
    ['log', '#/log', '.log-line button'],
    ['patient', '#/patients/P1004', '.limits-edit'],
    ['report', '#/report', '.bars'],
  ])('reaches whatever can be pressed on the page: %s, and is seen there', async (_name, hash, ready) => {
    ward.fake.alerts.raise('P1004', desaturation);
    await ward.open('nurse', hash);
    await ward.page.locator(ready).first().waitFor();
    const operable = await ward.page.evaluate((selector) => {
      const all = [...document.querySelectorAll<HTMLElement>(selector)].filter((each) =>
        each.checkVisibility(),
      );
      all.forEach((each, index) => (each.dataset['place'] = String(index)));
      return all.length;
    }, OPERABLE);
    const reached = new Set<string>();
    const unseen = new Set<string>();
    for (let i = 0; i < operable + 40 && reached.size < operable; i++) {
      await keyboard.press('Tab');
      const [place, outline, what] = await ward.page.evaluate(() => {
        const focused = document.activeElement as HTMLElement;
        // Of a tile's link, the whole tile shows the focus.
        const shown = focused.matches('.tile-link')
          ? (focused.closest<HTMLElement>('.tile') ?? focused)
          : focused;
        const { outlineStyle, outlineWidth } = getComputedStyle(shown);
        const width = outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth);
        return [focused.dataset['place'], width, focused.outerHTML.slice(0, 80)] as const;
      });
      if (place === undefined) continue;
      reached.add(place);
      if (outline < 2) unseen.add(what);
    }
    expect([...unseen]).toEqual([]);
    expect(reached.size).toBe(operable);
  });
});

describe('a dialog', () => {
  it.each(['Change limits…', 'Transfer…', 'Discharge…'])(
    '%s holds the focus, and gives it back',
    async (name) => {
      await ward.open('nurse', '#/patients/P1004');
      const button = ward.page.getByRole('button', { name });
      await button.focus();
      await keyboard.press('Enter');
      await ward.page.locator('dialog.dialog').waitFor();
      const inside = () => ward.page.evaluate(() => document.activeElement?.closest('dialog') !== null);
      expect(await inside()).toBe(true);
      // Beyond its last control lies the browser's own bar, never the page behind it.
      const outside = new Set<string | undefined>();
      for (let i = 0; i < 14; i++) {
        await keyboard.press('Tab');
        if (!(await inside())) outside.add(await ward.page.evaluate(() => document.activeElement?.tagName));
      }
      expect([...outside].filter((tag) => tag !== 'BODY')).toEqual([]);
      // A letter is no command while something is asked.
      await ward.page.locator('dialog.dialog').getByRole('button', { name: 'Cancel' }).focus();
      await keyboard.press('w');
      expect(await ward.page.locator('main.patient').count()).toBe(1);
      await keyboard.press('Escape');
      await eventually(() => ward.page.locator('dialog.dialog').count()).toBe(0);
      expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    },
  );

  it('admits the bed in focus, or whoever is named', async () => {
    Object.assign(ward.fake.ward.patient('P1003') ?? {}, { name: null, bed: null });
    await ward.open();
    const title = ward.page.locator('dialog.dialog h2');
    await ward.tile('P1003').locator('.tile-link').focus();
    await keyboard.press('+');
    await eventually(() => title.textContent()).toBe('Admit P1003');
    await keyboard.press('Escape');
    await eventually(() => title.count()).toBe(0);
    await ward.tile('P1001').locator('.tile-link').focus();
    await keyboard.press('+');
    await eventually(() => title.textContent()).toBe('Admit a patient');
    const focused = () => ward.page.evaluate(() => document.activeElement?.closest('label')?.textContent);
    expect(await focused()).toBe('Patient id');
  });

  it('does not hide that nobody is watching', async () => {
    await ward.open('nurse', '#/patients/P1004');
    await ward.page.getByRole('button', { name: 'Transfer…' }).click();
    ward.fake.refuse(true);
    const banner = ward.page.locator('.unwatched');
    await banner.waitFor();
    const over = await banner.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const dialog = document.querySelector('dialog.dialog')?.getBoundingClientRect();
      return {
        inTopLayer: element.matches(':popover-open'),
        apart: (dialog?.top ?? 0) >= top + height && width > 0 && left === 0,
      };
    });
    expect(over).toEqual({ inTopLayer: true, apart: true });
  });
});
