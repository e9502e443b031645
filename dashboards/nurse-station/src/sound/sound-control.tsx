/** Sound in the header: loudly off until somebody turns it on; then mute for two minutes, volume, and a check. */
import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStation } from '../station.ts';
import { formatElapsed } from '../vital-text.ts';
import { VOLUME_MIN } from './station-sound.ts';

export function SoundControl() {
  const { sound } = useStation();
  if (sound.state.value === 'off') return <SoundOff />;
  return (
    <span class="sound">
      <MuteButton />
      <SoundSettings />
    </span>
  );
}

/** The way back to sound, and nothing while there is some. */
export function SoundRestore() {
  const { sound } = useStation();
  const muted = useComputed(() => sound.mute.value !== undefined).value;
  if (sound.state.value === 'off') return <SoundOff />;
  return muted ? <Muted /> : null;
}

function SoundOff() {
  const { sound } = useStation();
  return (
    <button type="button" class="sound-off" onClick={() => sound.turnOn()}>
      <Speaker silent /> <b>SOUND OFF</b> <span>Turn on</span>
    </button>
  );
}

function Muted() {
  const { sound, now } = useStation();
  const left = useComputed(() => {
    void now.value;
    return formatElapsed((sound.mute.value?.untilMs ?? 0) - performance.now() + 999);
  });
  return (
    <button
      type="button"
      class="button sound-muted"
      title="Hear alarms again (M)"
      onClick={() => sound.setMute(false)}
    >
      <Speaker silent /> Muted <b>{left}</b>
    </button>
  );
}

function MuteButton() {
  const { sound } = useStation();
  const muted = useComputed(() => sound.mute.value !== undefined).value;
  if (muted) return <Muted />;
  return (
    <button
      type="button"
      class="button"
      disabled={sound.wanted.value === undefined}
      title="This station is quiet for two minutes; a more urgent alarm is heard nevertheless (M)"
      onClick={() => sound.setMute(true)}
    >
      Mute 2 min
    </button>
  );
}

function SoundSettings() {
  const { sound } = useStation();
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const element = details.current;
      const outside = event.target instanceof Node && element?.contains(event.target) !== true;
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : outside) element?.removeAttribute('open');
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  return (
    <details class="sound-settings" ref={details}>
      <summary class="button" aria-label="Sound settings">
        <Speaker silent={false} />
      </summary>
      <div class="sound-panel">
        <label>
          Volume
          <input
            type="range"
            min={VOLUME_MIN}
            max={1}
            step={0.1}
            value={sound.volume.value}
            onInput={(event) => sound.setVolume(Number(event.currentTarget.value))}
          />
        </label>
        <button type="button" class="button" onClick={() => sound.check()}>
          Sound check
        </button>
        <p class="hint">You should hear ten pulses, then three, then two. If not, the loudspeaker is off.</p>
      </div>
    </details>
  );
}

function Speaker({ silent }: { readonly silent: boolean }) {
  return (
    <svg class="speaker" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3 9h4l6-5v16l-6-5H3z" fill="currentColor" />
      <path
        d={silent ? 'M16 9l6 6m0-6l-6 6' : 'M16 8.5a5 5 0 0 1 0 7M18.5 6a9 9 0 0 1 0 12'}
        fill="none"
        stroke="currentColor"
        stroke-width="2"
      />
    </svg>
  );
}
