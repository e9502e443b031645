import type { Clock } from '@vitalwire/core/runtime/clock.ts';

export interface EndSignalsOptions {
  readonly clock: Clock;
  /** The first Ctrl-C or SIGTERM: drain. Exits by itself. */
  readonly end: (signal: NodeJS.Signals) => void;
  /** The second: leave nothing running. */
  readonly force: () => void;
}

/** One Ctrl-C may arrive twice: from the terminal, and from `npm run`, which passes it on. */
const SAME_MS = 500;
const EXIT_CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143 };

/** What Ctrl-C and SIGTERM do to a process with children: the first ends it in order, the second at once, as by the signal. */
export function onEndSignals({ clock, end, force }: EndSignalsOptions): void {
  let firstAtMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAtMs === undefined) {
      firstAtMs = clock.monotonic();
      end(signal);
    } else if (clock.monotonic() - firstAtMs >= SAME_MS) {
      force();
      process.exit(EXIT_CODES[signal] ?? 1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
}
