/** The patient's controls, the log, the report and the board, each as used with the keyboard or the mouse. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { desaturation, eventually, visits } from './browser.ts';
import { fakeToken } from './fake-server.ts';

const ward = visits(20);

describe('patient', () => {
  it('has limits that are checked here, refused there, and saved', async () => {
    await ward.open('nurse', '#/patients/P1004');
    await ward.page.getByRole('button', { name: 'Change limits…' }).click();
    const low = ward.page.getByLabel('HR low limit');
    await low.fill('130');
    await ward.page.getByRole('button', { name: 'Save limits' }).click();
    await eventually(() => ward.page.locator('#limit-heartbeat-low-problem').textContent()).toContain(
      'Must be below the high limit',
    );
    await low.fill('55');
    await ward.page.getByLabel('SpO₂ low limit').fill('82');
    await ward.page.getByRole('button', { name: 'Save limits' }).click();
    await eventually(() => ward.page.locator('#limit-oxygen_saturation-low-problem').textContent()).toBe(
      'Allowed: 85 to 95',
    );
    await ward.page.getByLabel('SpO₂ low limit').fill('88');
    await ward.page.getByRole('button', { name: 'Save limits' }).click();
    await eventually(() =>
      ward.page.locator('.numbers .place-heartbeat .number-notes').textContent(),
    ).toContain('limits 55–120');
    expect(ward.fake.ward.limits('P1004').heartbeat?.low).toEqual([
      { priority: 'medium', limit: 55 },
      { priority: 'high', limit: 45 },
      { priority: 'critical', limit: 40 },
    ]);
    await ward.page.goto(`${ward.fake.url}/#/`);
    expect(await ward.tile('P1004').locator('.place-heartbeat .limits').textContent()).toBe('55–120');
  });

  it('is charted, and paused for two minutes at most', async () => {
    await ward.open('nurse', '#/patients/P1004');
    await ward.page.getByLabel('Breathing').selectOption('oxygen');
    await ward.page.getByLabel('Consciousness').selectOption('new_confusion');
    await ward.page.getByRole('button', { name: 'Save chart' }).click();
    await eventually(() => ward.fake.ward.charted('P1004')).toEqual({
      supplemental_oxygen: true,
      consciousness: 'new_confusion',
    });
    expect(await ward.page.locator('.risk').textContent()).toContain('Lower bound');
    expect(await ward.page.locator('.risk tr[data-points=missing]').textContent()).toContain('Temperature');
    await ward.page.getByRole('button', { name: 'Pause alarms' }).click();
    await eventually(() => ward.page.locator('.pause-control b').textContent()).toMatch(/^(2:00|1:5\d)$/);
    await ward.page.getByRole('button', { name: 'End pause' }).click();
    await eventually(() => ward.page.locator('.pause').count()).toBe(0);
  });

  it('is transferred, discharged and admitted, and a refusal says why', async () => {
    await ward.open('nurse', '#/patients/P1004');
    await ward.page.getByRole('button', { name: 'Transfer…' }).click();
    await ward.page.getByLabel('Device').fill('MON-P1005');
    await ward.page.getByRole('button', { name: 'Transfer', exact: true }).click();
    await eventually(() => ward.page.locator('.dialog .action-error').textContent()).toBe(
      'Not transferred: the device MON-P1005 is assigned to another patient',
    );
    await ward.page.getByLabel('Device').fill('MON-P1004');
    await ward.page.getByLabel('Bed').fill('21');
    await ward.page.getByRole('button', { name: 'Transfer', exact: true }).click();
    await eventually(() => ward.page.locator('h1').textContent()).toContain('Bed 21');
    ward.fake.alerts.raise('P1004', desaturation);
    await ward.page.getByRole('button', { name: 'Discharge…' }).click();
    await eventually(() => ward.page.locator('.dialog .form-danger').textContent()).toContain(
      'Critical: SpO₂ low',
    );
    await ward.page.getByRole('button', { name: 'Discharge', exact: true }).click();
    await eventually(() => ward.page.locator('.tile').count()).toBe(19);
    // By the frame that says so: the station has not asked anew.
    expect(ward.fake.hellos).toHaveLength(2);
    await ward.page.goto(`${ward.fake.url}/#/patients/P1004`);
    await eventually(() => ward.page.locator('.unwatched-patient').textContent()).toContain('Discharged');
    await ward.page.locator('main').getByRole('button', { name: 'Admit…' }).click();
    expect(await ward.page.getByLabel('Name').inputValue()).toBe('Nguyen, Thi Hoa');
    await ward.page.getByLabel('Region').fill('');
    await ward.page.getByRole('button', { name: 'Admit', exact: true }).click();
    await eventually(() => ward.page.locator('.dialog .action-error').textContent()).toBe(
      'Not admitted: The region is missing.',
    );
    await ward.page.getByLabel('Region').fill('Northeast');
    await ward.page.getByLabel('Ward').fill('Medicine 5B');
    await ward.page.getByLabel('Bed').fill('4');
    await ward.page.getByRole('button', { name: 'Admit', exact: true }).click();
    await eventually(() => ward.page.locator('h1').textContent()).toContain('Bed 4');
    await eventually(() => ward.page.locator('.unwatched-patient').count()).toBe(0);
  });

  it('is admitted from the wall: by her tile, or by an entry beside the pages', async () => {
    for (const id of ['P1003', 'P1006']) {
      Object.assign(ward.fake.ward.patient(id) ?? {}, { name: null, bed: null, ward: null });
    }
    await ward.open();
    await ward.tile('P1003').getByRole('button', { name: 'Admit…' }).click();
    const fill = (label: string, text: string) => ward.page.getByLabel(label, { exact: true }).fill(text);
    const admit = () => ward.page.getByRole('button', { name: 'Admit', exact: true }).click();
    expect(await ward.page.getByLabel('Device').inputValue()).toBe('MON-P1003');
    await fill('Name', 'Sørensen, Liv');
    await fill('Ward', 'Cardiology 4A');
    await fill('Bed', '3');
    await admit();
    await eventually(() => ward.page.locator('h1').textContent()).toContain('Bed 3 Sørensen, Liv');

    await ward.page.locator('nav').getByRole('button', { name: 'Admit…' }).click();
    await eventually(() => ward.page.locator('.dialog .hint').textContent()).toContain('One bed sends');
    await admit();
    await eventually(() => ward.page.locator('.dialog .action-error').textContent()).toBe(
      'Not admitted: The patient id is missing.',
    );
    await fill('Patient id', 'P1006');
    // Where she sends from is known.
    expect(await ward.page.getByLabel('Device').inputValue()).toBe('MON-P1006');
    expect(await ward.page.getByLabel('Region').last().inputValue()).toBe('Southwest');
    await fill('Name', 'Adeyemi, Tola');
    await fill('Ward', 'Cardiology 4A');
    await fill('Bed', '6');
    await admit();
    await eventually(() => ward.page.locator('h1').textContent()).toContain('Bed 6 Adeyemi, Tola');
    await ward.page.goto(`${ward.fake.url}/#/`);
    await ward.tile('P1003').getByText('Sørensen, Liv').waitFor();
    expect(await ward.page.locator('.admit-here').count()).toBe(0);
  });

  it('who was discharged is found by the entry beside the pages, and comes with her name', async () => {
    await ward.open();
    ward.fake.ward.discharge('P1004');
    await eventually(() => ward.page.locator('.tile').count()).toBe(19);
    await ward.page.locator('nav').getByRole('button', { name: 'Admit…' }).click();
    const option = ward.page.locator('#stay-patients option[value=P1004]');
    await eventually(() => option.textContent()).toMatch(/^Nguyen, Thi Hoa, .*, discharged \d+:\d+/);
    await ward.page.getByLabel('Patient id').fill('P1004');
    expect(await ward.page.getByLabel('Name').inputValue()).toBe('Nguyen, Thi Hoa');
    await ward.page.getByLabel('Bed', { exact: true }).fill('22');
    await ward.page.getByRole('button', { name: 'Admit', exact: true }).click();
    await eventually(() => ward.page.locator('h1').textContent()).toContain('Bed 22 Nguyen, Thi Hoa');
  });

  it('cannot be admitted by who may only look', async () => {
    Object.assign(ward.fake.ward.patient('P1003') ?? {}, { name: null, bed: null });
    await ward.open('viewer');
    await eventually(() => ward.tile('P1003').locator('.chip-unadmitted').textContent()).toBe('Not admitted');
    await ward.page.keyboard.press('+');
    expect(await ward.page.getByRole('button', { name: 'Admit…' }).count()).toBe(0);
    expect(await ward.page.locator('dialog').count()).toBe(0);
  });

  it('shows no control that an older engine does not know', async () => {
    ward.fake.forget(true);
    await ward.open('nurse', '#/patients/P1004');
    await ward.page.getByRole('button', { name: 'Pause alarms' }).click();
    await eventually(() => ward.page.locator('.pause-control').count()).toBe(0);
    await ward.page.getByRole('button', { name: 'Change limits…' }).click();
    await ward.page.getByLabel('HR low limit').fill('55');
    await ward.page.getByRole('button', { name: 'Save limits' }).click();
    await eventually(() => ward.page.locator('.limits-form, .limits-edit, .dialog').count()).toBe(0);
    await ward.page.goto(`${ward.fake.url}/#/report`);
    await eventually(() => ward.page.locator('.report h2').textContent()).toBe('No report here');
  });
});

describe('log', () => {
  it('filters, pages, tells each alert’s history, and saves all of it as CSV', async () => {
    for (let i = 0; i < 60; i++) {
      ward.fake.alerts.raise(`P${1001 + (i % 20)}`, {
        type: 'high_heartrate',
        priority: 'medium',
        value: 121,
      });
    }
    const alert = ward.fake.alerts.raise('P1003', { ...desaturation, message: '=HYPERLINK("x"),"y"' });
    ward.fake.alerts.escalate(alert.id);
    ward.fake.alerts.acknowledge(alert.id, 'Maja Lindqvist', Date.now());
    await ward.open('nurse', '#/log');
    const lines = ward.page.locator('.log-line');
    await eventually(() => lines.count()).toBe(50);
    await ward.page.getByRole('button', { name: 'Older alerts' }).click();
    await eventually(() => lines.count()).toBe(61);

    const [file] = await Promise.all([
      ward.page.waitForEvent('download'),
      ward.page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const csv = await readFile(await file.path(), 'utf8');
    expect(csv.split('\r\n')).toHaveLength(63);
    expect(csv).toContain(`,"'=HYPERLINK(""x""),""y""",${alert.id}\r\n`);

    await ward.page.getByLabel('Alarm').selectOption('low_oxygen_saturation');
    await eventually(() => lines.count()).toBe(1);
    await lines.getByRole('button').click();
    await eventually(() => ward.page.locator('.history-events li').allTextContents()).toHaveLength(3);
    expect(await ward.page.locator('.history-events').textContent()).toMatch(
      /Raised.*Escalated, step 1.*Acknowledged by Maja Lindqvist/,
    );
    await ward.page.getByLabel('Status').selectOption('pending');
    await eventually(() => ward.page.locator('.log-none').textContent()).toBe('No alert matches.');
    await ward.page.getByRole('button', { name: 'Clear filters' }).click();
    await ward.page.getByLabel('To', { exact: true }).fill('2020-01-01T00:00');
    await eventually(() => lines.count()).toBe(0);
  });
});

describe('report', () => {
  it('says the burden in numbers and bars', async () => {
    await ward.open('nurse', '#/report');
    await eventually(() => ward.page.locator('.figure b').allTextContents()).toEqual([
      '7.6',
      '1,069',
      '35 %',
      '41 s',
      '6 %',
      '32 %',
    ]);
    const charts = await ward.page.locator('.report-chart h2').allTextContents();
    expect(charts).toEqual(['By type', 'By priority', 'The 15 beds with most alarms', 'By hour of the day']);
    await eventually(() => ward.page.locator('.figure').first().textContent()).toContain(
      'fewer than in the time before',
    );
    // Both ends with their day: the report is printed and kept.
    expect(await ward.page.locator('.report-head p').first().textContent()).toMatch(
      /\d+ \w+ \d+:\d+ to \d+ \w+ \d+:\d+/,
    );
    expect(await ward.page.locator('.hours li').count()).toBe(24);
  });
});

describe('board', () => {
  it('expands only what is urgent, has nothing to press, and keeps every bed in sight', async () => {
    await ward.withBeds(60);
    await ward.page.setViewportSize({ width: 1920, height: 1080 });
    ward.fake.stall(true);
    await ward.page.goto(`${ward.fake.url}/#token=${fakeToken('Ana Ruiz', 'nurse')}`);
    await ward.page.goto(`${ward.fake.url}/#/board`);
    // Nothing is promised before the ward is known.
    await eventually(() => ward.page.locator('.board-state').textContent()).toBe('Connecting…');
    ward.fake.stall(false);
    await ward.open('nurse', '#/board');
    await eventually(() => ward.page.locator('.board-state').textContent()).toBe('No alarm');
    Object.assign(ward.fake.ward.patient('P1017') ?? {}, { mode: 'demo' });
    ward.fake.alerts.raise('P1017', desaturation);
    ward.fake.alerts.raise('P1018', { type: 'lead_off', kind: 'technical', priority: 'medium' });
    await eventually(() => ward.page.locator('.board-bed').count()).toBe(1);
    expect(await ward.page.locator('.board-alert').textContent()).toContain('SpO₂ low');
    // Nobody runs for a demonstration.
    await eventually(() => ward.page.locator('.board-bed .chip-mode').textContent()).toBe('DEMO');
    const digits = await ward.page
      .locator('.board-bed .board-number b')
      .first()
      .evaluate((element) => element.getBoundingClientRect().height);
    // Five metres: an arc of more than twenty minutes on any screen that hangs on a wall.
    expect(digits).toBeGreaterThan(1080 / 12);
    expect(await ward.page.locator('button:visible, a:visible').count()).toBe(0);
    const now = Date.now();
    ward.fake.ward.patient('P1030')!.pending = [
      {
        type: 'low_oxygen_saturation',
        priority: 'medium',
        since: new Date(now).toISOString(),
        due: new Date(now + 30_000).toISOString(),
      },
    ];
    await eventually(() => ward.page.locator('.board-small[data-state=pending]').count()).toBe(1);
    expect(await ward.page.locator('.board-small .pending-bar').count()).toBe(1);
    expect(await ward.page.locator('.board-region-name span').allTextContents()).toEqual([
      'Northeast',
      'Southwest',
    ]);
    const truncated = await ward.page
      .locator('.board-small :not(svg, svg *), .board-region-name, .board-alert :not(svg, svg *)')
      .evaluateAll((elements) =>
        elements
          .filter((each) => !each.matches('.visually-hidden') && each.scrollWidth > each.clientWidth + 1)
          .filter((each) => getComputedStyle(each).display !== 'inline')
          .map((each) => `${each.className} ${each.textContent}`),
      );
    expect(truncated).toEqual([]);
    const last = await ward.page.locator('.board-small').last().boundingBox();
    expect(await ward.page.locator('.board-small').count()).toBe(59);
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThan(1080);
  });
});
