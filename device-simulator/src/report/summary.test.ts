import { describe, expect, it } from 'vitest';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import type { Entry } from '../device/outbox.ts';
import { BlockScreen, renderBlock, renderLine, type Snapshot } from './progress.ts';
import type { SeriesPoint } from './series.ts';
import { failuresOf } from './report.ts';
import { summarize, type Percentiles, type Summary } from './summary.ts';
import { Tally } from './tally.ts';
import { formatClock, formatMs, renderSummary } from './text.ts';

const entry = (intendedMs: number, attempts = 1): Entry => ({
  reading: {
    deviceId: 'D',
    patientId: 'P',
    region: 'R',
    bootId: 1,
    sequence: 1,
    measuredAtMs: 0,
    mode: 'test',
    vitals: noVitals(),
    validity: NO_MARKS,
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
  },
  intendedMs,
  attempts,
  wasOvertaken: false,
});

/** 1,000 readings made at 0 and acknowledged after 1, 2, … 1,000 ms. */
async function thousand(): Promise<Tally> {
  const clock = new ManualClock();
  const tally = new Tally(clock);
  for (let ms = 1; ms <= 1_000; ms++) {
    await clock.advance(1);
    tally.onMade();
    tally.onSent(entry(0));
    tally.onAcknowledged(entry(0));
  }
  return tally;
}

describe('the summary', () => {
  it('has latency from the intended time, to three figures', async () => {
    const { puback_ms: puback } = summarize(await thousand(), {
      devices: 1,
      elapsedMs: 1_000,
      rateWanted: 1,
    });
    for (const [name, ms] of Object.entries({ p50: 500, p90: 900, p99: 990, p999: 999, max: 1_000 })) {
      const measuredMs = puback?.[name as keyof Percentiles] ?? Number.NaN;
      expect(Math.abs(measuredMs - ms) / ms, name).toBeLessThan(0.002);
    }
  });

  it('adds up, and ends well only when everything made was acknowledged', async () => {
    const tally = await thousand();
    const run = { devices: 10, elapsedMs: 50_000, rateWanted: 20 };
    const failures = (summary: Summary): readonly string[] =>
      failuresOf({ ...summary, verdict: null, slo: [] });
    const clean = summarize(tally, run);
    expect(clean).toMatchObject({ made: 1_000, unacknowledged: 0, rate_acknowledged: 20, duration_s: 50 });
    expect(failures(clean)).toEqual([]);

    tally.onMade();
    tally.onSent(entry(0));
    tally.onSent(entry(0, 2));
    expect(summarize(tally, run)).toMatchObject({ sent: 1_001, resent: 1, unacknowledged: 1 });
    expect(failures(summarize(tally, run))).toEqual(['1 of 1,001 readings were not acknowledged']);

    tally.onRefused(entry(0), 'no');
    const refused = summarize(tally, run);
    expect(refused).toMatchObject({ refused: 1, unacknowledged: 0 });
    expect(failures(refused)).toEqual(['1 of 1,001 readings were refused']);
  });

  it('counts what a device held back by its own fault, and measures nothing of it', async () => {
    const tally = await thousand();
    tally.onMade();
    tally.onDelayed();
    expect(tally).toMatchObject({ acknowledged: 1_001, waiting: 0 });
    expect(tally.pubackUs.totalCount).toBe(1_000);
  });

  it('tells apart a connection lost, failed and refused', () => {
    const tally = new Tally(new ManualClock());
    tally.onDisconnected({ refused: false, reason: 'lost' }, true);
    tally.onDisconnected({ refused: false, reason: 'no route' }, false);
    tally.onDisconnected({ refused: true, reason: 'not authorised' }, false);
    const summary = summarize(tally, { devices: 1, elapsedMs: 0, rateWanted: 1 });
    expect(summary.connections).toEqual({ made: 0, lost: 1, failed: 2, refused: 1 });
    expect(summary).toMatchObject({ last_trouble: 'not authorised', rate_acknowledged: 0 });
    expect(summary.puback_ms).toBeUndefined();
    expect(renderSummary(summary)).toMatch(/^connections +0 made, 1 lost, 2 failed \(1 refused\)$/m);
  });

  it('shouts what was never acknowledged, and only then', async () => {
    const tally = await thousand();
    const run = { devices: 1, elapsedMs: 1_000, rateWanted: 1 };
    expect(renderSummary(summarize(tally, run))).not.toContain('UNACKNOWLEDGED');
    tally.onMade();
    expect(renderSummary(summarize(tally, run))).toMatch(/^UNACKNOWLEDGED +1$/m);
  });
});

describe('text', () => {
  it.each([
    [0.0421, '42 µs'],
    [1, '1 ms'],
    [1.2345, '1.23 ms'],
    [120, '120 ms'],
    [246.12, '246 ms'],
    [999.9, '1000 ms'],
    [100_500, '101 s'],
    [12_345, '12.3 s'],
  ])('%d ms is %s', (ms, text) => expect(formatMs(ms)).toBe(text));

  it.each([
    [75_400, '01:15'],
    [3_661_000, '1:01:01'],
  ])('%d ms on the clock is %s', (ms, text) => expect(formatClock(ms)).toBe(text));
});

describe('progress', () => {
  const snapshot = (): Snapshot => ({
    title: 'stable → mqtt://x',
    elapsedMs: 30_000,
    durationMs: 60_000,
    devices: 10,
    connected: 9,
    waiting: 3,
    rateWanted: 10,
    rateAcknowledged: 9.5,
    lateUs: new Tally(new ManualClock()).pubackUs,
    last: undefined,
    stations: undefined,
    tally: new Tally(new ManualClock()),
  });

  it('is one plain line for a pipe', () => {
    expect(renderLine(snapshot())).toMatch(
      /^00:30 {2}connected 9\/10 {2}sent 0 .*rate 9\.5\/s {2}PUBACK none yet$/,
    );
  });

  it('is a table of the run and its last second, in 80 columns', async () => {
    const { pubackUs } = await thousand();
    const last = { puback_p50: 5, puback_p99: 250, schedule_late_max: 0.25 } as SeriesPoint;
    const tally = { ...new Tally(new ManualClock()).counts(), pubackUs };
    const of = (more: Partial<Snapshot>): string[] => renderBlock({ ...snapshot(), tally, last, ...more });
    const lines = of({});
    expect(lines).toContain('  PUBACK         500 ms    990 ms       1 s   p50 5 ms  p99 250 ms');
    expect(lines).toContain('  own late            -         -         -   max 250 µs');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.join()).toContain('10/s wanted');
    expect(of({ rateWanted: undefined }).join()).toContain('as fast as it goes');
    expect(of({ elapsedMs: 60_001 }).join()).toContain('all made, waiting for PUBACKs');
    expect(of({ elapsedMs: 60_001, waiting: 0 }).join()).toMatch(/all sent(?!, waiting)/);
  });

  it('is a block for a terminal, drawn over the one before it, no line wider than the screen', () => {
    const written: string[] = [];
    const screen = new BlockScreen(
      (text) => written.push(text),
      () => 20,
    );
    const lines = renderBlock(snapshot());
    screen.draw(lines);
    screen.draw(lines);
    expect(written[0]).not.toContain(`\u001B[${lines.length}A`);
    expect(written[1]).toContain(`\u001B[${lines.length}A`);
    expect(
      written[1]!
        .split('\u001B[2K')
        .slice(1, -1)
        .every((line) => line.length <= 20),
    ).toBe(true);
  });
});
