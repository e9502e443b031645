import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { VITALS, type VitalName } from '../vitals/vital.ts';
import type { Priority, Side } from './condition.ts';

/** One limit of a vital's side: crossed strictly below (low) or above (high) `limit`, for at least `delayMs`. */
export interface LimitTier {
  readonly priority: Priority;
  readonly limit: number;
  readonly delayMs: number;
}

/** The numbers the alarm rules work with, read from a file and frozen. */
export interface AlarmSettings {
  /** Digest of the file's content: an alert records which settings judged it. */
  readonly version: string;
  /** Mildest tier first; empty where the side has no alarm. */
  readonly limits: Readonly<Record<VitalName, Readonly<Record<Side, readonly LimitTier[]>>>>;
  /** How far back inside a limit a value must be to count as inside. */
  readonly hysteresis: Readonly<Record<VitalName, number>>;
  readonly clearAfterMs: number;
  readonly absenceMs: number;
}

/** Each entry of `problems` names the setting, the line it stands on, and what is wrong. */
export class AlarmSettingsError extends Error {
  override readonly name = 'AlarmSettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const PRIORITIES: readonly Priority[] = ['low', 'medium', 'high', 'critical'];

const side = z.partialRecord(z.enum(PRIORITIES), z.number());
const sides = z.strictObject({ low: side.optional(), high: side.optional() });
const seconds = z.number().nonnegative().max(3600);
const vital = z.enum(VITALS);

const schema = z.strictObject({
  limits: z.partialRecord(vital, sides),
  condition_delay_s: z.strictObject({ default: seconds, critical: seconds }).catchall(seconds),
  hysteresis: z.record(vital, z.number().nonnegative()),
  clear_after_s: seconds,
  absence_s: z.number().positive().max(3600),
});

/** @throws AlarmSettingsError with every problem found, each with its line. */
export function parseAlarmSettings(yaml: string): AlarmSettings {
  const document = parseDocument(yaml);
  const lineAt = (offset: number): number => yaml.slice(0, offset).split('\n').length;
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as
        { range?: [number, number, number] } | undefined;
      if (node?.range) return lineAt(node.range[0]);
    }
    return 1;
  };
  if (document.errors.length > 0) {
    throw new AlarmSettingsError(
      document.errors.map((error) => `line ${lineAt(error.pos[0])}: ${error.message.split('\n')[0]}`),
    );
  }
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    throw new AlarmSettingsError(
      parsed.error.issues.map(
        (issue) => `line ${lineOf(issue.path)}: ${issue.path.join('.') || 'file'}: ${issue.message}`,
      ),
    );
  }
  const file = parsed.data;
  const problems = [...unknownDelays(file), ...crossedLimits(file)];
  if (problems.length > 0) {
    throw new AlarmSettingsError(
      problems.map(({ path, reason }) => `line ${lineOf(path)}: ${path.join('.')}: ${reason}`),
    );
  }
  return toSettings(file, createHash('sha256').update(yaml).digest('hex').slice(0, 12));
}

type File = z.infer<typeof schema>;
interface Problem {
  readonly path: readonly string[];
  readonly reason: string;
}

function unknownDelays(file: File): Problem[] {
  const known: readonly string[] = ['default', 'critical', ...VITALS];
  return Object.keys(file.condition_delay_s)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: ['condition_delay_s', key], reason: 'is no vital' }));
}

/** A worse tier must lie further out, and the mildest low limit below the mildest high one. */
function crossedLimits(file: File): Problem[] {
  const problems: Problem[] = [];
  for (const [name, { low, high }] of Object.entries(file.limits)) {
    const [lows, highs] = [inOrder(low), inOrder(high)];
    for (const [i, [priority, limit]] of lows.entries()) {
      const milder = lows[i - 1];
      if (milder && limit >= milder[1]) {
        problems.push({
          path: ['limits', name, 'low', priority],
          reason: `${limit} must be below the ${milder[0]} limit ${milder[1]}`,
        });
      }
    }
    for (const [i, [priority, limit]] of highs.entries()) {
      const milder = highs[i - 1];
      if (milder && limit <= milder[1]) {
        problems.push({
          path: ['limits', name, 'high', priority],
          reason: `${limit} must be above the ${milder[0]} limit ${milder[1]}`,
        });
      }
    }
    const [lowest, highest] = [lows[0], highs[0]];
    if (lowest && highest && lowest[1] >= highest[1]) {
      problems.push({
        path: ['limits', name, 'low'],
        reason: `low limit ${lowest[1]} is not below the high limit ${highest[1]}`,
      });
    }
  }
  return problems;
}

function inOrder(limits: Partial<Record<Priority, number>> | undefined): [Priority, number][] {
  return PRIORITIES.flatMap((priority) => {
    const limit = limits?.[priority];
    return limit === undefined ? [] : [[priority, limit] satisfies [Priority, number]];
  });
}

function toSettings(file: File, version: string): AlarmSettings {
  const delays: Record<string, number> = file.condition_delay_s;
  const tiers = (name: VitalName, limits: Partial<Record<Priority, number>> | undefined): LimitTier[] =>
    inOrder(limits).map(([priority, limit]) => {
      const ordinaryS = delays[name] ?? file.condition_delay_s.default;
      // A critical limit is judged sooner, never later than the vital's milder ones.
      const delayS =
        priority === 'critical' ? Math.min(ordinaryS, file.condition_delay_s.critical) : ordinaryS;
      return { priority, limit, delayMs: delayS * 1000 };
    });
  const limits = {} as Record<VitalName, Record<Side, LimitTier[]>>;
  for (const name of VITALS) {
    limits[name] = { low: tiers(name, file.limits[name]?.low), high: tiers(name, file.limits[name]?.high) };
  }
  return Object.freeze({
    version,
    limits,
    hysteresis: file.hysteresis,
    clearAfterMs: file.clear_after_s * 1000,
    absenceMs: file.absence_s * 1000,
  });
}
