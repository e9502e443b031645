/** The live page behind all its views: the feed's state as signals, so that a frame changes only the text nodes it concerns. */
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { createApi, type Api } from './api/client.ts';
import { ApiError, describeError } from './api/problem.ts';
import { startFeed, type LinkPhase } from './feed/client.ts';
import type { Frame } from './feed/frames.ts';
import { heartbeatSeen, monitoringOf, refusalSeen, startLink, type Monitoring } from './feed/monitoring.ts';
import { PAUSE_MAX_MS, type Alert, type Limits, type Patient, type Priority } from './feed/patient.ts';
import { EMPTY_FEED, reduceFeed, type FeedState } from './feed/reducer.ts';
import { observeServerTime, type ClockEstimate } from './feed/server-clock.ts';
import { Trace } from './feed/trace.ts';
import { urgencyOf } from './feed/urgency.ts';
import { higher, isAudible } from './sound/audible.ts';
import { startSound, type StationSound } from './sound/station-sound.ts';
import { backfillBeds } from './wall/bed-backfill.ts';

export interface Bed {
  readonly id: string;
  readonly patient: ReadonlySignal<Patient>;
  /** Open, most urgent first. */
  readonly alerts: ReadonlySignal<readonly Alert[]>;
  readonly urgency: ReadonlySignal<number>;
  /** Undefined until they are known. */
  readonly limits: ReadonlySignal<Limits | undefined>;
  readonly trace: Trace;
  /** Changes with every point of `trace`. */
  readonly traceVersion: ReadonlySignal<number>;
}

/** An action under way on an alert, or why it failed: shown where the button was. */
export type ActionState =
  { readonly state: 'sending' } | { readonly state: 'failed'; readonly message: string };

export interface Station {
  readonly api: Api;
  readonly sound: StationSound;
  readonly loaded: ReadonlySignal<boolean>;
  readonly beds: ReadonlySignal<readonly Bed[]>;
  bed(patientId: string): Bed | undefined;
  readonly areaAlerts: ReadonlySignal<readonly Alert[]>;
  /** Of all beds and areas, unordered. */
  readonly openAlerts: ReadonlySignal<readonly Alert[]>;
  /** Server time in ms, moving once a second. */
  readonly now: ReadonlySignal<number>;
  readonly phase: ReadonlySignal<LinkPhase>;
  readonly monitoring: ReadonlySignal<Monitoring>;
  /** Server time of the last moment known to be watched, while monitoring is off. */
  readonly unwatchedSince: ReadonlySignal<number>;
  readonly mayAcknowledge: ReadonlySignal<boolean>;
  /** Newest alerts to be told; `n` counts tellings. */
  readonly announced: ReadonlySignal<{
    readonly n: number;
    readonly first: boolean;
    readonly alerts: readonly Alert[];
  }>;
  /** By alert id. */
  readonly actions: ReadonlySignal<ReadonlyMap<string, ActionState>>;
  acknowledge(alertId: string): Promise<void>;
  /** Asks for everything anew: a patient was admitted, moved or discharged here. */
  refresh(): void;
  /** What a page read of a patient's limits is for every view of the bed. */
  learnLimits(patientId: string, limits: Limits): void;
  /** Pauses the patient's alarms for two minutes, or ends the pause; what came of it is in `actions` under `pause:<patient id>`. */
  pause(patientId: string, paused: boolean): Promise<void>;
  /** The engine knows pauses: undefined until one was asked for. */
  readonly pauses: ReadonlySignal<boolean | undefined>;
  stop(): void;
}

export const pauseAction = (patientId: string): string => `pause:${patientId}`;

const TICK_MS = 250;

interface LiveBed extends Bed {
  readonly patient: Signal<Patient>;
  readonly limits: Signal<Limits | undefined>;
  readonly traceVersion: Signal<number>;
}

export function startStation(token: string, signOut: (reason: string) => void): Station {
  const api = createApi(token, signOut);
  let state: FeedState = EMPTY_FEED;
  let clock: ClockEstimate | undefined;
  let link = startLink(performance.now());

  const live = new Map<string, LiveBed>();
  const loaded = signal(false);
  const beds = signal<readonly Bed[]>([]);
  const areaAlerts = signal<readonly Alert[]>([]);
  const role = signal<string | undefined>(undefined);
  const phase = signal<LinkPhase>('connecting');
  const actions = signal<ReadonlyMap<string, ActionState>>(new Map());
  const pauses = signal<boolean | undefined>(undefined);
  const announced = signal<Station['announced']['value']>({ n: 0, first: false, alerts: [] });

  const serverNow = (): number => (clock === undefined ? Date.now() : performance.now() + clock.offsetMs);
  const now = signal(Math.floor(serverNow() / 1000) * 1000);
  const monitoring = signal<Monitoring>({ state: 'starting' });
  const unwatchedSince = signal(0);

  const tick = (): void => {
    const localMs = performance.now();
    const next = monitoringOf(link, localMs);
    batch(() => {
      now.value = Math.floor(serverNow() / 1000) * 1000;
      if (!sameMonitoring(next, monitoring.value)) monitoring.value = next;
      if (next.state === 'not_monitoring') {
        unwatchedSince.value = Math.floor((serverNow() - (localMs - next.sinceMs)) / 1000) * 1000;
      }
    });
  };

  const publish = (next: FeedState): void => {
    const before = state;
    state = next;
    batch(() => {
      if (next.patients !== before.patients) publishPatients(next, before);
      areaAlerts.value = next.areaAlerts;
      role.value = next.role;
      loaded.value = next.loaded;
    });
  };

  const publishPatients = (next: FeedState, before: FeedState): void => {
    let membership = false;
    for (const [id, patient] of next.patients) {
      const known = live.get(id);
      if (known === undefined) {
        live.set(id, createBed(patient));
        membership = true;
      } else if (patient !== before.patients.get(id)) {
        known.patient.value = patient;
        if (known.trace.add(patient.vitals)) known.traceVersion.value = known.traceVersion.peek() + 1;
      }
    }
    for (const id of live.keys()) {
      if (next.patients.has(id)) continue;
      live.delete(id);
      membership = true;
    }
    if (membership) beds.value = [...live.values()];
  };

  const receive = (frame: Frame): void => {
    const localMs = performance.now();
    const serverMs = serverTimeOf(frame);
    if (serverMs !== undefined) clock = observeServerTime(clock, serverMs, localMs);
    if (frame.type === 'heartbeat') link = heartbeatSeen(link, localMs);
    if (frame.type === 'error') {
      if (frame.code === 'not_monitoring') link = refusalSeen(link, frame.message, localMs);
      if (frame.code === 'unauthorized' || frame.code === 'forbidden')
        return signOut(sentence(frame.message));
    }
    const first = !state.loaded;
    const { state: next, announce } = reduceFeed(state, frame);
    publish(next);
    if (announce.length > 0) announced.value = { n: announced.value.n + 1, first, alerts: announce };
    tick();
  };

  const learnLimits = (patientId: string, limits: Limits): void => {
    const known = live.get(patientId);
    if (known !== undefined && JSON.stringify(known.limits.peek()) !== JSON.stringify(limits)) {
      known.limits.value = limits;
    }
  };

  const setAction = (alertId: string, action: ActionState | undefined): void => {
    const next = new Map(actions.value);
    if (action === undefined) next.delete(alertId);
    else next.set(alertId, action);
    actions.value = next;
  };

  const feed = startFeed(
    { url: webSocketUrl(), token, cursor: () => state.cursor },
    {
      frame: receive,
      phase(next) {
        phase.value = next;
      },
      refused() {
        void api.accepted();
      },
    },
  );
  const ticking = setInterval(tick, TICK_MS);
  const hurry = (): void => feed.hurry();
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  const stopBackfill = backfillBeds(api, beds, serverNow, {
    traced({ id }) {
      const known = live.get(id);
      if (known !== undefined) known.traceVersion.value = known.traceVersion.peek() + 1;
    },
    limits: learnLimits,
  });

  const openAlerts = computed(() => [...areaAlerts.value, ...beds.value.flatMap((bed) => bed.alerts.value)]);
  const audible = computed(() => {
    // A station that does not watch says so aloud, too.
    let wanted: Priority | undefined = monitoring.value.state === 'not_monitoring' ? 'medium' : undefined;
    for (const alert of areaAlerts.value) {
      if (isAudible(alert, undefined, 0)) wanted = higher(wanted, alert.priority);
    }
    for (const bed of beds.value) {
      for (const alert of bed.alerts.value) {
        const pause = alert.signal === undefined ? bed.patient.value.pause : undefined;
        if (isAudible(alert, pause, pause === undefined ? 0 : now.value)) {
          wanted = higher(wanted, alert.priority);
        }
      }
    }
    return wanted;
  });
  const sound = startSound(audible);

  return {
    api,
    sound,
    loaded,
    beds,
    bed: (id) => live.get(id),
    areaAlerts,
    openAlerts,
    now,
    phase,
    monitoring,
    unwatchedSince,
    mayAcknowledge: computed(() => role.value !== undefined && role.value !== 'viewer'),
    announced,
    actions,
    async acknowledge(alertId) {
      setAction(alertId, { state: 'sending' });
      try {
        const alert = await api.acknowledge(alertId);
        if (alert !== undefined) publish(reduceFeed(state, { type: 'alert', alert }).state);
        setAction(alertId, undefined);
      } catch (error) {
        setAction(alertId, { state: 'failed', message: describeError(error) });
      }
    },
    async pause(patientId, paused) {
      const key = pauseAction(patientId);
      setAction(key, { state: 'sending' });
      try {
        await (paused ? api.pause(patientId, PAUSE_MAX_MS / 1000) : api.resume(patientId));
        pauses.value = true;
        setAction(key, undefined);
      } catch (error) {
        // The patient is known here, so that "no such resource" is of an engine that knows no pauses.
        if (error instanceof ApiError && error.status === 404) pauses.value = false;
        setAction(key, { state: 'failed', message: describeError(error) });
      }
    },
    pauses,
    refresh: () => feed.again(),
    learnLimits,
    stop() {
      clearInterval(ticking);
      window.removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', hurry);
      stopBackfill();
      sound.stop();
      feed.stop();
    },
  };
}

function createBed(initial: Patient): LiveBed {
  const patient = signal(initial);
  const alerts = computed(() => patient.value.alerts);
  const trace = new Trace();
  trace.add(initial.vitals);
  return {
    id: initial.patientId,
    patient,
    alerts,
    urgency: computed(() => (alerts.value[0] === undefined ? 0 : urgencyOf(alerts.value[0]))),
    trace,
    limits: signal<Limits | undefined>(undefined),
    traceVersion: signal(0),
  };
}

/** The server's reasons are phrases. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

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

function webSocketUrl(): string {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

const StationContext = createContext<Station | undefined>(undefined);
export const StationProvider = StationContext.Provider;

export function useStation(): Station {
  const station = useContext(StationContext);
  if (station === undefined) throw new Error('a view stands outside the station');
  return station;
}
