import { computed, useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { PRIORITIES, PRIORITY_TEXT, toneOf, type Tone } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import { AdmitEntry } from '../patient/admission.tsx';
import { route } from '../router.ts';
import { SoundControl } from '../sound/sound-control.tsx';
import { useStation } from '../station.ts';
import { formatClock } from '../vital-text.ts';
import { filter } from '../wall/wall.tsx';
import { openHelp } from './shortcuts.tsx';
import { nextTheme, theme } from './theme.ts';

interface Props {
  readonly name: string | undefined;
  readonly signOut: () => void;
}

export function Header({ name, signOut }: Props) {
  const { page } = route.value;
  return (
    <header class="bar">
      <nav aria-label="Pages">
        <a href="#/" aria-current={page === 'wall' ? 'page' : undefined}>
          Wall
        </a>
        <a href="#/alerts" aria-current={page === 'alerts' ? 'page' : undefined}>
          Alerts
        </a>
        <a href="#/log" aria-current={page === 'log' ? 'page' : undefined}>
          Log
        </a>
        <a href="#/report" aria-current={page === 'report' ? 'page' : undefined}>
          Report
        </a>
        <a href="#/board">Board</a>
        <AdmitEntry />
      </nav>
      <Filters />
      <Counts />
      <span class="bar-end">
        <SoundControl />
        <Connection />
        <button
          type="button"
          class="button-plain"
          onClick={openHelp}
          aria-label="Keyboard help"
          title="Keyboard help (?)"
        >
          ?
        </button>
        <button
          type="button"
          class="button-plain"
          onClick={nextTheme}
          aria-label={`Colours: ${theme.value}. Change`}
          title={`Colours: ${theme.value}`}
        >
          {theme.value === 'dark' ? '☾' : theme.value === 'light' ? '☀' : '◐'}
        </button>
        <button type="button" class="button-plain who" onClick={signOut} title="Sign out">
          <span>{name ?? 'Signed in'}</span> <small>Sign out</small>
        </button>
        <WallClock />
      </span>
    </header>
  );
}

function Filters() {
  const station = useStation();
  const regions = useComputed(() =>
    [...new Set(station.beds.value.map((bed) => bed.patient.value.region))].filter(Boolean).sort().join('\n'),
  ).value;
  if (route.value.page !== 'wall' && route.value.page !== 'alerts') return <span class="filters" />;
  return (
    <search class="filters">
      <select
        aria-label="Region"
        value={filter.value.region}
        onChange={(event) => (filter.value = { ...filter.value, region: event.currentTarget.value })}
      >
        <option value="">All regions</option>
        {regions.split('\n').map((region) => region !== '' && <option key={region}>{region}</option>)}
      </select>
      <input
        type="search"
        aria-label="Find a bed or a patient"
        placeholder="Bed or patient  /"
        value={filter.value.text}
        onInput={(event) => (filter.value = { ...filter.value, text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') filter.value = { ...filter.value, text: '' };
        }}
      />
    </search>
  );
}

const TONES: readonly Tone[] = [...PRIORITIES, 'technical'];

/** Alerts that nobody has acknowledged, of all beds whatever the filter hides. */
function Counts() {
  const station = useStation();
  const counts = useMemo(
    () =>
      computed(() => {
        const byTone: Record<Tone, number> = { critical: 0, high: 0, medium: 0, low: 0, technical: 0 };
        for (const alert of station.openAlerts.value) if (alert.status === 'pending') byTone[toneOf(alert)]++;
        return byTone;
      }),
    [station],
  );
  return (
    <a class="counts" href="#/alerts">
      <span class="visually-hidden">Not acknowledged: </span>
      {TONES.map((tone) => (
        <Count key={tone} tone={tone} count={counts.value[tone]} />
      ))}
    </a>
  );
}

function Count({ tone, count }: { readonly tone: Tone; readonly count: number }) {
  const label = tone === 'technical' ? 'Technical' : PRIORITY_TEXT[tone];
  return (
    <span class="count" data-tone={count > 0 ? tone : undefined}>
      <PriorityMark tone={tone} />
      <b>{count}</b>
      <small>{label}</small>
    </span>
  );
}

function Connection() {
  const station = useStation();
  const words = useComputed(() => {
    const monitoring = station.monitoring.value.state;
    if (monitoring === 'not_monitoring') return 'Not monitoring';
    if (station.phase.value !== 'open') return monitoring === 'starting' ? 'Connecting…' : 'Reconnecting…';
    return monitoring === 'starting' ? 'Connecting…' : 'Live';
  });
  return (
    <span class="connection" data-live={useComputed(() => (words.value === 'Live' ? 'yes' : undefined))}>
      {words}
    </span>
  );
}

/** Seconds that move prove that the page does. */
function WallClock() {
  const { now } = useStation();
  const time = useComputed(() => formatClock(now.value));
  return (
    <time class="clock" title="Hospital time, by the alert engine's clock">
      {time}
    </time>
  );
}
