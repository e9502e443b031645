/** The live page behind all its views: the feed, the ward it tells of, the clock, the sound, and what may be done. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { createApi, type Api } from './api/client.ts';
import { startFeed, type LinkPhase } from './feed/client.ts';
import type { Frame } from './feed/frames.ts';
import { createActions, type Actions } from './live/actions.ts';
import { traced } from './live/bed.ts';
import { createWard, type Ward } from './live/ward.ts';
import { startWatch, type Watch } from './live/watch.ts';
import { startSound, type StationSound } from './sound/station-sound.ts';
import { wantedSound } from './sound/wanted.ts';
import { backfillBeds } from './wall/bed-backfill.ts';

export type { Bed } from './live/bed.ts';

export interface Station
  extends
    Omit<Ward, 'take' | 'cursor' | 'role'>,
    Pick<Watch, 'now' | 'monitoring' | 'unwatchedSince'>,
    Actions {
  readonly api: Api;
  readonly sound: StationSound;
  readonly phase: ReadonlySignal<LinkPhase>;
  readonly mayAcknowledge: ReadonlySignal<boolean>;
  /** Asks for everything anew: a patient was admitted, moved or discharged here. */
  refresh(): void;
  stop(): void;
}

export function startStation(token: string, signOut: (reason: string) => void): Station {
  const api = createApi(token, signOut);
  const ward = createWard();
  const watch = startWatch();
  const phase = signal<LinkPhase>('connecting');

  const receive = (frame: Frame): void => {
    watch.observe(frame);
    if (frame.type === 'error' && (frame.code === 'unauthorized' || frame.code === 'forbidden')) {
      return signOut(sentence(frame.message));
    }
    ward.take(frame);
  };
  const feed = startFeed(
    { url: webSocketUrl(), token, cursor: () => ward.cursor() },
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
  const hurry = (): void => feed.hurry();
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  const stopBackfill = backfillBeds(api, ward.beds, () => watch.serverNow(), {
    traced({ id }) {
      const known = ward.bed(id);
      if (known !== undefined) traced(known);
    },
    limits: (patientId, limits) => ward.learnLimits(patientId, limits),
  });
  const sound = startSound(wantedSound(ward, watch));

  return {
    ...ward,
    ...createActions(api, (alert) => ward.take({ type: 'alert', alert })),
    now: watch.now,
    monitoring: watch.monitoring,
    unwatchedSince: watch.unwatchedSince,
    api,
    sound,
    phase,
    mayAcknowledge: computed(() => ward.role.value !== undefined && ward.role.value !== 'viewer'),
    refresh: () => feed.again(),
    stop() {
      watch.stop();
      window.removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', hurry);
      stopBackfill();
      sound.stop();
      feed.stop();
    },
  };
}

/** The server's reasons are phrases. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

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
