/** The feed's state as beds and alerts: frames in, signals out. */
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Frame } from '../feed/frames.ts';
import type { Alert, Limits } from '../feed/patient.ts';
import { EMPTY_FEED, reduceFeed, type FeedState } from '../feed/reducer.ts';
import { createBed, traced, type Bed, type LiveBed } from './bed.ts';

/** Newest alerts to be told; `n` counts tellings, `first` is of the first snapshot. */
export interface Announcement {
  readonly n: number;
  readonly first: boolean;
  readonly alerts: readonly Alert[];
}

export interface Ward {
  readonly loaded: ReadonlySignal<boolean>;
  readonly role: ReadonlySignal<string | undefined>;
  readonly beds: ReadonlySignal<readonly Bed[]>;
  bed(patientId: string): LiveBed | undefined;
  /** Bed 3 of two regions are two beds: where there are several, each says which. */
  readonly severalRegions: ReadonlySignal<boolean>;
  /** Of no single bed. */
  readonly areaAlerts: ReadonlySignal<readonly Alert[]>;
  /** Of all beds and areas, unordered. */
  readonly openAlerts: ReadonlySignal<readonly Alert[]>;
  readonly announced: ReadonlySignal<Announcement>;
  /** The alert that changed last, closed ones too: for pages that show what is past. */
  readonly changed: ReadonlySignal<Alert | undefined>;
  /** Where the feed stands, to resume from. */
  cursor(): string | undefined;
  take(frame: Frame): void;
  learnLimits(patientId: string, limits: Limits): void;
}

export function createWard(): Ward {
  let state: FeedState = EMPTY_FEED;
  const live = new Map<string, LiveBed>();
  const loaded = signal(false);
  const role = signal<string | undefined>(undefined);
  const beds = signal<readonly Bed[]>([]);
  const areaAlerts = signal<readonly Alert[]>([]);
  const announced = signal<Announcement>({ n: 0, first: false, alerts: [] });
  const changed = signal<Alert | undefined>(undefined);

  const publishPatients = (next: FeedState, before: FeedState): void => {
    let membership = false;
    for (const [id, patient] of next.patients) {
      const known = live.get(id);
      if (known === undefined) {
        live.set(id, createBed(patient));
        membership = true;
      } else if (patient !== before.patients.get(id)) {
        known.patient.value = patient;
        if (known.trace.add(patient.vitals)) traced(known);
      }
    }
    for (const id of live.keys()) {
      if (next.patients.has(id)) continue;
      live.delete(id);
      membership = true;
    }
    if (membership) beds.value = [...live.values()];
  };

  return {
    loaded,
    role,
    beds,
    bed: (id) => live.get(id),
    severalRegions: computed(
      () => new Set(beds.value.map((bed) => bed.patient.value.region).filter(Boolean)).size > 1,
    ),
    areaAlerts,
    openAlerts: computed(() => [...areaAlerts.value, ...beds.value.flatMap((bed) => bed.alerts.value)]),
    announced,
    changed,
    cursor: () => state.cursor,
    take(frame) {
      const before = state;
      const { state: next, announce, changed: alert } = reduceFeed(before, frame);
      state = next;
      batch(() => {
        if (next.patients !== before.patients) publishPatients(next, before);
        areaAlerts.value = next.areaAlerts;
        role.value = next.role;
        loaded.value = next.loaded;
        if (alert !== undefined) changed.value = alert;
        if (announce.length > 0) {
          announced.value = { n: announced.peek().n + 1, first: !before.loaded, alerts: announce };
        }
      });
    },
    learnLimits(patientId, limits) {
      const known = live.get(patientId);
      if (known !== undefined && JSON.stringify(known.limits.peek()) !== JSON.stringify(limits)) {
        known.limits.value = limits;
      }
    },
  };
}
