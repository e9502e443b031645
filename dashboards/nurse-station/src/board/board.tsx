/** For a big screen that nobody touches: no controls, numbers one reads from five metres, and only what is urgent at length. */
import { useComputed } from '@preact/signals';
import { comparisonText, PRIORITY_TEXT, toneOf, typeText } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import type { Alert } from '../feed/patient.ts';
import { awaitsAcknowledgement, isLatched } from '../feed/urgency.ts';
import { useStation, type Bed } from '../station.ts';
import { formatClock, formatElapsed, VITAL_TEXT, type VitalName } from '../vital-text.ts';
import { toneOfVital } from '../alerts/alert-text.ts';
import { orderOf } from '../wall/order.ts';
import { PauseRing } from '../wall/pause-ring.tsx';
import { shownVital } from '../wall/vital-reading.ts';
import { arrange } from './arrange.ts';

const SHOWN: readonly VitalName[] = ['heartbeat', 'oxygen_saturation', 'respiratory_rate'];

export function Board() {
  const station = useStation();
  const { beds, areaAlerts, now, sound } = station;
  const order = useComputed(() =>
    orderOf(
      beds.value.map((bed) => ({
        id: bed.id,
        bed: bed.patient.value.bed,
        urgency: bed.urgency.value,
      })),
    ).join('\n'),
  ).value;
  const inOrder = order === '' ? [] : order.split('\n').flatMap((id) => station.bed(id) ?? []);
  const { expanded, quiet } = useComputed(() => {
    void order;
    return arrange(
      beds.value.map((bed) => ({ id: bed.id, alerts: bed.alerts.value })),
      inOrder.map(({ id }) => id),
    );
  }).value;
  // Bed 3 of two regions are two beds: where there are several, each says which.
  const severalRegions = useComputed(
    () => new Set(beds.value.map((bed) => bed.patient.value.region).filter(Boolean)).size > 1,
  ).value;
  const byId = new Map(inOrder.map((bed) => [bed.id, bed]));
  const pick = (ids: readonly string[]): Bed[] => ids.flatMap((id) => byId.get(id) ?? []);
  const clock = useComputed(() => formatClock(now.value));
  return (
    <main class="board" data-count={Math.min(expanded.length, 7)}>
      <header class="board-head">
        <span class="board-state" role="status">
          {expanded.length === 0
            ? 'No alarm'
            : `${expanded.length} ${expanded.length === 1 ? 'bed' : 'beds'} in alarm`}
        </span>
        {sound.state.value === 'off' && (
          <span class="board-silent">
            SOUND OFF <small>press S</small>
          </span>
        )}
        <time class="board-clock">{clock}</time>
      </header>
      {areaAlerts.value.map((alert) => (
        <p key={alert.id} class="board-area" data-tone={toneOf(alert)}>
          <PriorityMark tone={toneOf(alert)} /> <b>{typeText(alert.type)}</b> {alert.message}
        </p>
      ))}
      <section class="board-urgent" aria-label="Beds in alarm">
        {pick(expanded).map((bed) => (
          <UrgentBed key={bed.id} bed={bed} showsRegion={severalRegions} />
        ))}
      </section>
      <section class="board-quiet" aria-label="Other beds">
        {pick(quiet).map((bed) => (
          <QuietBed key={bed.id} bed={bed} showsRegion={severalRegions} />
        ))}
      </section>
    </main>
  );
}

interface BoardBedProps {
  readonly bed: Bed;
  readonly showsRegion: boolean;
}

function UrgentBed({ bed, showsRegion }: BoardBedProps) {
  const region = useComputed(() => bed.patient.value.region);
  // What brought the bed here, and not its device's trouble.
  const alert = bed.alerts.value.find((each) => each.kind === 'physiological' && awaitsAcknowledgement(each));
  const name = useComputed(() => bed.patient.value.name ?? bed.id).value;
  const bedName = useComputed(() => bed.patient.value.bed ?? bed.id).value;
  if (alert === undefined) return null;
  const tone = toneOf(alert);
  return (
    <article class="board-bed" data-tone={tone} data-state={isLatched(alert) ? 'latched' : 'active'}>
      <header>
        <b class="board-bed-name">{bedName}</b>
        <span class="board-name">{name}</span>
        {showsRegion && <span class="board-region">{region}</span>}
        <PauseRing bed={bed} />
      </header>
      <div class="board-numbers">
        {SHOWN.map((vital) => (
          <BoardNumber key={vital} bed={bed} vital={vital} />
        ))}
      </div>
      <BoardAlert alert={alert} more={bed.alerts.value.length - 1} />
    </article>
  );
}

function BoardAlert({ alert, more }: { readonly alert: Alert; readonly more: number }) {
  const { now } = useStation();
  const elapsed = useComputed(() => formatElapsed(now.value - alert.onsetMs));
  const tone = toneOf(alert);
  return (
    <p class="board-alert" data-tone={tone}>
      <PriorityMark tone={tone} />
      <b>
        {typeText(alert.type)}
        {more > 0 && ` +${more}`}
      </b>
      <span>{isLatched(alert) ? 'condition gone' : comparisonText(alert)}</span>
      <span class="board-elapsed">
        {alert.escalationStep > 0 && `↑${alert.escalationStep} `}
        {tone === 'technical' ? '' : PRIORITY_TEXT[alert.priority]} {elapsed}
      </span>
    </p>
  );
}

function BoardNumber({ bed, vital }: { readonly bed: Bed; readonly vital: VitalName }) {
  const { now } = useStation();
  const shown = useComputed(() => shownVital(bed.patient.value.vitals, vital, now.value));
  const text = useComputed(() => shown.value.text);
  const tone = useComputed(() => toneOfVital(bed.alerts.value, vital)?.tone);
  return (
    <span class="board-number" data-tone={tone}>
      <small>{VITAL_TEXT[vital].label}</small>
      <b>{text}</b>
    </span>
  );
}

/** Nothing to worry about, or somebody has seen to it: the bed, and two numbers. */
function QuietBed({ bed, showsRegion }: BoardBedProps) {
  const region = useComputed(() => bed.patient.value.region);
  const bedName = useComputed(() => bed.patient.value.bed ?? bed.id).value;
  const seen = useComputed(() => bed.alerts.value.find((alert) => !awaitsAcknowledgement(alert))).value;
  const technical = useComputed(() => bed.alerts.value.find(({ kind }) => kind === 'technical')).value;
  const marked = technical ?? seen;
  const tone = marked === undefined ? undefined : toneOf(marked);
  return (
    <article class="board-small" data-tone={tone}>
      <span class="board-small-head">
        <b>{bedName}</b>
        {showsRegion && <small class="board-region">{region}</small>}
        {tone !== undefined && <PriorityMark tone={tone} />}
        {seen !== undefined && <span title={seen.acknowledgedBy}>✓</span>}
      </span>
      <span class="board-small-numbers">
        <BoardNumber bed={bed} vital="heartbeat" />
        <BoardNumber bed={bed} vital="oxygen_saturation" />
      </span>
    </article>
  );
}
