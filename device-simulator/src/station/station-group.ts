import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { StationsReport } from '../report/report.ts';
import { Station, type StationAlert, type StationEvents } from './station.ts';

export interface StationGroupOptions {
  readonly url: string;
  readonly token: string;
  readonly count: number;
  /** Of the stations, 0 to 1: the last ones read nothing half the time. */
  readonly slowShare: number;
  /** Of the devices, each once. */
  readonly regions: readonly string[];
  readonly clock: Clock;
}

export interface StationGroupEvents extends Pick<StationEvents, 'onVitals' | 'onBroken'> {
  /** `isLateByItself`: the station is a slow reader, and proves that the alert is shown, but not when it could have been. */
  readonly onAlert: (alert: StationAlert, receivedMs: number, isLateByItself: boolean) => void;
}

/** How many of the stations are slow readers. */
export const slowOf = (count: number, share: number): number => Math.ceil(count * share);

/** The stations of a run: the first sees everything, so that every alert is seen; each further one watches a region. */
export class StationGroup {
  readonly #stations: readonly Station[];

  constructor(
    { url, token, count, slowShare, regions, clock }: StationGroupOptions,
    events: StationGroupEvents,
  ) {
    const slow = slowOf(count, slowShare);
    this.#stations = Array.from({ length: count }, (_, i) => {
      const isSlow = count - i <= slow;
      const region = i === 0 ? undefined : regions[(i - 1) % regions.length];
      return new Station(
        { api: url, token, regions: region === undefined ? undefined : [region], isSlow, clock },
        {
          // How late a slow reader reads is its own doing.
          onVitals: isSlow ? () => {} : events.onVitals,
          onAlert: (alert, receivedMs) => events.onAlert(alert, receivedMs, isSlow),
          onBroken: events.onBroken,
        },
      );
    });
  }

  get count(): number {
    return this.#stations.length;
  }

  /** Resolves once every station has its first snapshot, or has had its time; it keeps trying. */
  async open(withinMs: number): Promise<void> {
    await Promise.all(this.#stations.map((station) => station.open(withinMs)));
  }

  /** Unix ms of the newest measurement that the station of everything shows; undefined while it was shown nothing. */
  newestOf(patientId: string): number | undefined {
    const [station] = this.#stations;
    return station && station.counts.frames > 0 ? (station.newestOf(patientId) ?? 0) : undefined;
  }

  report(): StationsReport {
    const counts = this.#stations.map((station) => station.counts);
    const sum = (name: 'frames' | 'vitals' | 'alerts' | 'reconnects' | 'notMonitoringMs'): number =>
      counts.reduce((total, count) => total + count[name], 0);
    return {
      count: counts.length,
      frames: sum('frames'),
      vitals: sum('vitals'),
      alerts: sum('alerts'),
      reconnects: sum('reconnects'),
      not_monitoring_s: sum('notMonitoringMs') / 1_000,
      last_trouble: counts.find(({ lastTrouble }) => lastTrouble !== undefined)?.lastTrouble ?? null,
    };
  }

  /** Idempotent. */
  close(): void {
    for (const station of this.#stations) station.close();
  }
}
