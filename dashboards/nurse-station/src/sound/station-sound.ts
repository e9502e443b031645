/** The station's loudspeaker: asks the browser for it, plays what is audible, and says plainly when it cannot be heard. */
import { batch, computed, effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import type { Priority } from '../feed/patient.ts';
import { BURSTS, burstLength } from './burst.ts';
import { heard, MUTE_MS, type Mute } from './audible.ts';
import { planBursts, SILENT, type SoundPlan } from './schedule.ts';
import { playBurst, type Playing } from './tone.ts';

/** `off`: nobody has turned it on, or the browser holds it back; nothing is heard. */
export type SoundState = 'off' | 'on';

export interface StationSound {
  readonly state: ReadonlySignal<SoundState>;
  /** 0.2 to 1: a station that is turned down to nothing would be off without saying so. */
  readonly volume: ReadonlySignal<number>;
  /** Monotonic ms; undefined unless it lasts. */
  readonly mute: ReadonlySignal<Mute | undefined>;
  /** What would be heard if the station were neither off nor muted. */
  readonly wanted: ReadonlySignal<Priority | undefined>;
  /** What is heard. */
  readonly sounding: ReadonlySignal<Priority | undefined>;
  /** Must be called by a person's gesture: browsers demand it. */
  turnOn(): void;
  setVolume(volume: number): void;
  /** For two minutes; the station never stays quiet for ever. */
  setMute(muted: boolean): void;
  /** One burst of each priority, highest first, whatever else is heard. */
  check(): void;
  stop(): void;
}

export const VOLUME_MIN = 0.2;
const KEPT_ON = 'vitalwire.sound';
const KEPT_VOLUME = 'vitalwire.volume';
const REPLAN_MS = 4000;
const CHECK_GAP_S = 0.8;

export function startSound(wanted: ReadonlySignal<Priority | undefined>): StationSound {
  let context: AudioContext | undefined;
  let loudness: GainNode | undefined;
  let plan: SoundPlan = SILENT;
  let laid: { readonly endsAt: number; readonly playing: Playing }[] = [];
  const state = signal<SoundState>('off');
  const volume = signal(keptVolume());
  const mute = signal<Mute | undefined>(undefined);
  const sounding = computed(() =>
    state.value === 'on' ? heard(wanted.value, mute.value, performance.now()) : undefined,
  );

  const replan = (): void => {
    if (mute.peek() !== undefined && (mute.peek()?.untilMs ?? 0) <= performance.now()) mute.value = undefined;
    if (context === undefined || loudness === undefined) return;
    const now = context.currentTime;
    const step = planBursts(plan, sounding.peek(), now);
    plan = step.plan;
    if (step.cancel) for (const { playing } of laid) playing.stop();
    laid = step.cancel ? [] : laid.filter(({ endsAt }) => endsAt > now);
    const burst = plan.priority === undefined ? undefined : BURSTS[plan.priority];
    if (burst === undefined) return;
    for (const at of step.starts) {
      laid.push({
        endsAt: at + burstLength(burst) + 1,
        playing: playBurst(context, loudness, burst, at),
      });
    }
  };

  const observe = (): void => {
    // A context that was held back stands still: what was laid on its clock would come late, all wrong.
    plan = SILENT;
    for (const { playing } of laid) playing.stop();
    laid = [];
    state.value = context?.state === 'running' ? 'on' : 'off';
    replan();
  };

  const open = (): void => {
    if (context === undefined) {
      context = new AudioContext({ latencyHint: 'playback' });
      loudness = new GainNode(context, { gain: volume.peek() });
      loudness.connect(context.destination);
      context.addEventListener('statechange', observe);
    }
    // A resume that the browser refuses shows in the state, which is what people see.
    context.resume().then(observe, observe);
  };

  const onGesture = (): void => {
    if (state.peek() === 'off' && localStorage.getItem(KEPT_ON) === 'on') open();
  };
  document.addEventListener('pointerdown', onGesture);
  document.addEventListener('keydown', onGesture);
  const timer = setInterval(replan, REPLAN_MS);
  const ticking = setInterval(() => {
    const current = mute.peek();
    if (current !== undefined && current.untilMs <= performance.now()) mute.value = undefined;
  }, 500);
  const stopEffect = effect(() => {
    void sounding.value;
    untracked(replan);
  });
  // Whoever turned it on here before need not do so again where the browser allows it.
  if (localStorage.getItem(KEPT_ON) === 'on') open();

  return {
    state,
    volume,
    mute,
    wanted,
    sounding,
    turnOn() {
      localStorage.setItem(KEPT_ON, 'on');
      open();
    },
    setVolume(next) {
      volume.value = Math.min(1, Math.max(VOLUME_MIN, next));
      localStorage.setItem(KEPT_VOLUME, String(volume.value));
      if (context !== undefined) loudness?.gain.setTargetAtTime(volume.value, context.currentTime, 0.02);
    },
    setMute(muted) {
      batch(() => {
        const priority = wanted.peek();
        mute.value =
          muted && priority !== undefined ? { untilMs: performance.now() + MUTE_MS, priority } : undefined;
      });
    },
    check() {
      if (context === undefined || loudness === undefined) return;
      let at = context.currentTime + 0.05;
      for (const priority of ['high', 'medium', 'low'] as const) {
        playBurst(context, loudness, BURSTS[priority], at);
        at += burstLength(BURSTS[priority]) + CHECK_GAP_S;
      }
    },
    stop() {
      clearInterval(timer);
      clearInterval(ticking);
      stopEffect();
      document.removeEventListener('pointerdown', onGesture);
      document.removeEventListener('keydown', onGesture);
      context?.removeEventListener('statechange', observe);
      void context?.close();
      context = undefined;
    },
  };
}

function keptVolume(): number {
  const kept = Number(localStorage.getItem(KEPT_VOLUME) ?? 0.7);
  return Number.isFinite(kept) ? Math.min(1, Math.max(VOLUME_MIN, kept)) : 0.7;
}
