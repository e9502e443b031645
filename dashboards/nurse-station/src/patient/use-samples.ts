/** The samples of a span, fetched in the tier that suits it and kept up with what comes live. */
import { useSignal, useSignalEffect, type ReadonlySignal } from '@preact/signals';
import { useCallback } from 'preact/hooks';
import { describeError } from '../api/problem.ts';
import { useStation } from '../station.ts';
import { lastMoments, liveSample, toSamples, type Resolution, type Sample } from './series.ts';
import type { Span } from './range.ts';

export interface Loaded {
  readonly samples: readonly Sample[];
  readonly resolution: Resolution;
}

export interface Samples {
  /** The last that was fetched, also while the next is on its way. */
  readonly loaded: ReadonlySignal<Loaded | undefined>;
  readonly loading: ReadonlySignal<boolean>;
  readonly error: ReadonlySignal<string | undefined>;
  retry(): void;
}

/** Windows of a tier appear when they are over; asking more often shows nothing new. */
const REFRESH_MS = 60_000;

/** `span` must be a new object only when other data is wanted. */
export function useSamples(patientId: string, span: ReadonlySignal<Span>): Samples {
  const station = useStation();
  const loaded = useSignal<Loaded | undefined>(undefined);
  const loading = useSignal(true);
  const error = useSignal<string | undefined>(undefined);
  const round = useSignal(0);

  useSignalEffect(() => {
    void round.value;
    const { fromMs, toMs, live } = span.value;
    const stopping = new AbortController();
    loading.value = true;
    const fetchSpan = async (): Promise<void> => {
      const nowMs = station.now.peek();
      const behindMs = live ? nowMs - toMs : 0;
      try {
        const series = await station.api.vitals(
          patientId,
          { fromMs: fromMs + behindMs, toMs: toMs + behindMs + (live ? 1000 : 0), resolution: 'auto' },
          stopping.signal,
        );
        loaded.value = { samples: toSamples(series.points), resolution: series.resolution };
        error.value = undefined;
      } catch (cause) {
        if (stopping.signal.aborted) return;
        error.value = describeError(cause);
      }
      loading.value = false;
    };
    void fetchSpan();
    const timer = setInterval(() => {
      if (live && loaded.peek()?.resolution !== 'raw') void fetchSpan();
    }, REFRESH_MS);
    return () => {
      clearInterval(timer);
      stopping.abort();
    };
  });

  useSignalEffect(() => {
    const vitals = station.bed(patientId)?.patient.value.vitals;
    const before = loaded.peek();
    const { live, fromMs, toMs } = span.peek();
    if (vitals === undefined || before === undefined || !live || before.resolution !== 'raw') return;
    const next = liveSample(vitals, lastMoments(before.samples.slice(-600)));
    if (next === undefined || next.atMs <= (before.samples.at(-1)?.atMs ?? 0)) return;
    const oldestMs = next.atMs - (toMs - fromMs);
    const kept = before.samples.findIndex(({ atMs }) => atMs >= oldestMs);
    loaded.value = { ...before, samples: [...before.samples.slice(Math.max(0, kept)), next] };
  });

  const retry = useCallback(() => {
    round.value = round.peek() + 1;
  }, [round]);
  return { loaded, loading, error, retry };
}
