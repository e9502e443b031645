/** The one thing this page must never do quietly: stop watching. */
import { useComputed, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { SoundControl } from '../sound/sound-control.tsx';
import { useStation } from '../station.ts';
import { formatClock, formatElapsed } from '../vital-text.ts';

/** Shown over everything, a dialog too; what is below begins where it ends. */
function useTopLayer(shown: boolean) {
  const banner = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const element = banner.current;
    if (element === null) return undefined;
    element.showPopover();
    const observer = new ResizeObserver(() =>
      document.documentElement.style.setProperty('--unwatched-height', `${element.offsetHeight}px`),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [shown]);
  return banner;
}

export function NotMonitoring() {
  const station = useStation();
  const { now, unwatchedSince } = station;
  const since = useComputed(() => formatClock(unwatchedSince.value));
  const elapsed = useComputed(() => formatElapsed(now.value - unwatchedSince.value));
  const clock = useComputed(() => formatClock(now.value));
  useSignalEffect(() => {
    document.documentElement.classList.toggle(
      'not-monitoring',
      station.monitoring.value.state === 'not_monitoring',
    );
    return () => document.documentElement.classList.remove('not-monitoring');
  });
  const monitoring = station.monitoring.value;
  const banner = useTopLayer(monitoring.state === 'not_monitoring');
  if (monitoring.state !== 'not_monitoring') return null;
  return (
    <section ref={banner} popover="manual" class="unwatched" aria-label="Not monitoring">
      <div class="unwatched-words" role="alert">
        <strong>NOT MONITORING</strong>
        <p>
          Numbers below are old and new alerts do not arrive. <b>Watch the bedside monitors.</b>{' '}
          {monitoring.reason}
        </p>
      </div>
      <div class="unwatched-since">
        <span>
          since <b>{since}</b> ({elapsed})
        </span>
        <time>{clock}</time>
        <SoundControl />
      </div>
    </section>
  );
}
