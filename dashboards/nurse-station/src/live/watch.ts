/** What time it is at the server, and whether this page may be trusted to show a new alert. */
import { batch, signal, type ReadonlySignal } from '@preact/signals';
import type { Frame } from '../feed/frames.ts';
import { heartbeatSeen, monitoringOf, refusalSeen, startLink, type Monitoring } from '../feed/monitoring.ts';
import { observeServerTime, type ClockEstimate } from '../feed/server-clock.ts';

export interface Watch {
  /** Server time in ms, moving once a second. */
  readonly now: ReadonlySignal<number>;
  readonly monitoring: ReadonlySignal<Monitoring>;
  /** Server time of the last moment known to be watched, while monitoring is off. */
  readonly unwatchedSince: ReadonlySignal<number>;
  serverNow(): number;
  /** Every frame, before anybody else sees it: a snapshot's ages are told by the clock of the welcome before it. */
  observe(frame: Frame): void;
  stop(): void;
}

const TICK_MS = 250;

export function startWatch(): Watch {
  let clock: ClockEstimate | undefined;
  let link = startLink(performance.now());
  // Until the server has spoken there is no other clock than the browser's, and nothing whose age could be wrong.
  const serverNow = (): number => (clock === undefined ? Date.now() : performance.now() + clock.offsetMs);
  const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;
  const now = signal(wholeSecond(serverNow()));
  const monitoring = signal<Monitoring>({ state: 'starting' });
  const unwatchedSince = signal(0);

  const tick = (): void => {
    const localMs = performance.now();
    const next = monitoringOf(link, localMs);
    batch(() => {
      now.value = wholeSecond(serverNow());
      if (!sameMonitoring(next, monitoring.value)) monitoring.value = next;
      if (next.state === 'not_monitoring') {
        unwatchedSince.value = wholeSecond(serverNow() - (localMs - next.sinceMs));
      }
    });
  };
  const ticking = setInterval(tick, TICK_MS);
  return {
    now,
    monitoring,
    unwatchedSince,
    serverNow,
    observe(frame) {
      const localMs = performance.now();
      const serverMs = serverTimeOf(frame);
      if (serverMs !== undefined) clock = observeServerTime(clock, serverMs, localMs);
      if (frame.type === 'heartbeat') link = heartbeatSeen(link, localMs);
      if (frame.type === 'error' && frame.code === 'not_monitoring') {
        link = refusalSeen(link, frame.message, localMs);
      }
      tick();
    },
    stop: () => clearInterval(ticking),
  };
}

function serverTimeOf(frame: Frame): number | undefined {
  if (frame.type === 'welcome') return Date.parse(frame.server_time);
  // Vitals may be stamped with the moment of their data; a heartbeat is stamped as it is sent.
  return frame.type === 'heartbeat' ? Date.parse(frame.at) : undefined;
}

function sameMonitoring(a: Monitoring, b: Monitoring): boolean {
  if (a.state !== b.state) return false;
  if (a.state !== 'not_monitoring' || b.state !== 'not_monitoring') return true;
  return a.sinceMs === b.sinceMs && a.reason === b.reason;
}
