import { z } from 'zod';
import type { LiveVitals, RollingAggregate } from '../../ports/live-bus.ts';
import { fromIso, toIso } from '../../runtime/iso-time.ts';
import { VITALS } from '../../vitals/vital.ts';

const aggregateSchema = z.object({
  end: z.string(),
  count: z.number(),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  standard_deviation: z.number(),
  slope_per_minute: z.number().nullable(),
});

/** Aggregates by vital and window, in the JSON of live vitals. */
export const rollingSchema = z.partialRecord(
  z.enum(VITALS),
  z.partialRecord(z.enum(['1m', '5m', '15m', '60m']), aggregateSchema),
);

export type RollingDocument = z.infer<typeof rollingSchema>;
type Rolling = NonNullable<LiveVitals['rolling']>;

export function rollingDocument(rolling: Rolling): RollingDocument {
  return mapInner(rolling, (aggregate: RollingAggregate) => ({
    end: toIso(aggregate.endMs),
    count: aggregate.count,
    min: aggregate.min,
    max: aggregate.max,
    mean: aggregate.mean,
    standard_deviation: aggregate.standardDeviation,
    slope_per_minute: aggregate.slopePerMinute ?? null,
  }));
}

export function fromRollingDocument(document: RollingDocument): Rolling {
  return mapInner(document, (aggregate: z.infer<typeof aggregateSchema>): RollingAggregate => ({
    endMs: fromIso(aggregate.end),
    count: aggregate.count,
    min: aggregate.min,
    max: aggregate.max,
    mean: aggregate.mean,
    standardDeviation: aggregate.standard_deviation,
    slopePerMinute: aggregate.slope_per_minute ?? undefined,
  }));
}

function mapInner<A, B>(
  outer: Readonly<Record<string, Readonly<Record<string, A>>>>,
  map: (inner: A) => B,
): Record<string, Record<string, B>> {
  const windows = (of: Readonly<Record<string, A>>): Record<string, B> =>
    Object.fromEntries(Object.entries(of).map(([window, aggregate]) => [window, map(aggregate)]));
  return Object.fromEntries(Object.entries(outer).map(([vital, of]) => [vital, windows(of)]));
}
