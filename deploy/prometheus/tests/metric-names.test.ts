import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { declaredSeries } from './declared-metrics.ts';
import { seriesUsed } from './series-used.ts';

const root = join(import.meta.dirname, '../../..');
const declared = await declaredSeries();

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboards = globSync('dashboards/grafana/dashboards/*.json', { cwd: root }).map(
  (path) => [path, JSON.parse(readFileSync(join(root, path), 'utf8')) as Dashboard] as const,
);
const rules = (
  parse(readFileSync(join(root, 'deploy/prometheus/rules.yaml'), 'utf8')) as Rules
).groups.flatMap((group) => group.rules);

/** One line for each series or label that no component declares. */
function undeclared(expression: string): readonly string[] {
  return seriesUsed(expression).flatMap(({ name, labels }) => {
    const known = declared.get(name);
    if (known === undefined) return [name];
    return labels.filter((label) => !known.has(label)).map((label) => `${name}{${label}}`);
  });
}

describe('series that queries name', () => {
  it('finds series and the labels they are selected by', () => {
    expect(seriesUsed('sum by (a) (rate(vitalwire_x_total{b="1",c!~"2|3"}[5m])) / up{job="x"}')).toEqual([
      { name: 'vitalwire_x_total', labels: ['b', 'c'] },
      { name: 'up', labels: ['job'] },
    ]);
  });

  it('a series or a label that nobody declares is told', () => {
    expect(undeclared('rate(vitalwire_stationz[1m])')).toEqual(['vitalwire_stationz']);
    expect(undeclared('vitalwire_stations{ward="7"}')).toEqual(['vitalwire_stations{ward}']);
    expect(undeclared('rate(vitalwire_gateway_puback_latency_seconds[1m])')).toHaveLength(1);
  });
});

describe('dashboards', () => {
  it('there are two', () =>
    expect(dashboards.map(([, { uid }]) => uid).sort()).toEqual(['vitalwire-pipeline', 'vitalwire-ward']));

  for (const [path, dashboard] of dashboards) {
    const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [title, expr] as const),
    );
    it.each(expressions)(`${path}: %s: %s`, (_, expression) => {
      expect(seriesUsed(expression)).not.toHaveLength(0);
      expect(undeclared(expression)).toEqual([]);
    });
  }
});

describe('rules', () => {
  it.each(rules.map((rule) => [rule.alert, rule.expr]))('%s asks for what is exported', (_, expression) => {
    expect(seriesUsed(expression)).not.toHaveLength(0);
    expect(undeclared(expression)).toEqual([]);
  });

  it('every alert tells how bad it is and has its section in the operations guide', () => {
    const guide = readFileSync(join(root, 'docs/operations.md'), 'utf8');
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning'], alert).toContain(labels.severity);
      expect(guide, alert).toContain(`### ${alert}\n`);
      expect(annotations['runbook'], alert).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    }
  });

  it('every alert has a unit test in which it fires', () => {
    const tests = readFileSync(join(root, 'deploy/prometheus/rules.test.yaml'), 'utf8');
    const untested = rules
      .filter(({ alert }) => !tests.includes(`alertname="${alert}"`))
      .map(({ alert }) => alert);
    expect(untested).toEqual([]);
  });
});
