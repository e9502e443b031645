/** A burst as Web Audio nodes, scheduled on the audio clock: no timer is between the plan and the sound. */
import { HARMONICS, pulseStarts, RISE_SHARE, burstLength, type Burst } from './burst.ts';

export interface Playing {
  /** Idempotent; also of a burst that has not begun. */
  stop(): void;
}

/** `at` in the context's seconds. Peaks at the destination's own gain. */
export function playBurst(
  context: BaseAudioContext,
  destination: AudioNode,
  burst: Burst,
  at: number,
): Playing {
  const oscillator = new OscillatorNode(context, { frequency: burst.fundamental });
  oscillator.setPeriodicWave(
    context.createPeriodicWave(new Float32Array(HARMONICS.length + 1), Float32Array.from([0, ...HARMONICS])),
  );
  const envelope = new GainNode(context, { gain: 0 });
  const ramp = burst.pulse * RISE_SHARE;
  for (const start of pulseStarts(burst)) {
    const begin = at + start;
    envelope.gain.setValueAtTime(0, begin);
    envelope.gain.linearRampToValueAtTime(1, begin + ramp);
    envelope.gain.setValueAtTime(1, begin + burst.pulse - ramp);
    envelope.gain.linearRampToValueAtTime(0, begin + burst.pulse);
  }
  oscillator.connect(envelope).connect(destination);
  oscillator.start(at);
  oscillator.stop(at + burstLength(burst) + ramp);
  let stopped = false;
  oscillator.addEventListener('ended', () => envelope.disconnect());
  return {
    stop() {
      if (stopped) return;
      stopped = true;
      oscillator.stop();
      envelope.disconnect();
    },
  };
}
