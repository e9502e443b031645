import { describe, expect, it } from 'vitest';
import { SloError, judgeSlo, parseSlo } from './slo.ts';

describe('objectives', () => {
  it('are read with their units and judged', () => {
    const objectives = parseSlo('alert_p99<50ms, lost=0,puback_p999<=0.5s,rate>=2000,vitals_max>900us');
    expect(objectives.map(({ metric, operator, bound }) => [metric, operator, bound])).toEqual([
      ['alert_p99', '<', 50],
      ['lost', '=', 0],
      ['puback_p999', '<=', 500],
      ['rate', '>=', 2000],
      ['vitals_max', '>', 0.9],
    ]);
    const actual: Record<string, number> = { alert_p99: 50, lost: 0, puback_p999: 500, rate: 1999 };
    expect(judgeSlo(objectives, (metric) => actual[metric]).map(({ is_met }) => is_met)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['', /not like alert_p99/],
    ['alert_p99', /not like/],
    ['alert_p99<50', /has a unit/],
    ['lost=0ms', /without a unit/],
    ['alert_p98<5ms', /no metric alert_p98/],
    ['lost=0,,', /"" is not like/],
    ['lost==0', /not like/],
  ])('%j is refused with what is wrong', (line, message) => {
    expect(() => parseSlo(line)).toThrow(SloError);
    expect(() => parseSlo(line)).toThrow(message);
  });
});
