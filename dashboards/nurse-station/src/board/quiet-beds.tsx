/** The beds that need nobody now: small, each region behind its name, and marked where something is to be known of them. */
import { useComputed } from '@preact/signals';
import { alertState } from '../alerts/alert-state.ts';
import { toneOf } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import { useStation, type Bed } from '../station.ts';
import { PauseRing } from '../wall/pause-ring.tsx';
import { PendingBar } from '../wall/pending-bar.tsx';
import { BoardNumber } from './board-number.tsx';

/** A longer one is set smaller, in two lines where it must be: an id, where nobody is admitted. */
const SHORT_NAME = 4;

interface Props {
  readonly beds: readonly Bed[];
  /** Bed 3 of two regions are two beds: where there are several, they stand apart. */
  readonly byRegion: boolean;
}

export function QuietBeds({ beds, byRegion }: Props) {
  const station = useStation();
  const groups = useComputed(() => {
    void station.beds.value;
    return byRegion ? groupsOf(beds) : [{ region: '', beds }];
  }).value;
  return (
    <section class="board-quiet" aria-label="Other beds">
      {groups.map(({ region, beds: members }) => [
        members.length > 0 && (
          <h2 key={`region ${region}`} class="board-region-name">
            {region !== '' && <span>{region}</span>}
            <small>HR SpO₂</small>
          </h2>
        ),
        ...members.map((bed) => <QuietBed key={bed.id} bed={bed} />),
      ])}
    </section>
  );
}

/** Each in the order given; whoever's region is not known comes first. */
function groupsOf(
  beds: readonly Bed[],
): readonly { readonly region: string; readonly beds: readonly Bed[] }[] {
  const regionOf = (bed: Bed): string => bed.patient.value.region;
  return [...new Set(beds.map(regionOf))]
    .sort()
    .map((region) => ({ region, beds: beds.filter((bed) => regionOf(bed) === region) }));
}

function QuietBed({ bed }: { readonly bed: Bed }) {
  const bedName = useComputed(() => bed.patient.value.bed ?? bed.id).value;
  const marked = useComputed(() => {
    const alerts = bed.alerts.value;
    return alerts.find(({ kind }) => kind === 'technical') ?? alerts[0];
  }).value;
  const pending = useComputed(() => bed.patient.value.pending[0]).value;
  const tone = marked === undefined ? pending?.priority : toneOf(marked);
  const state = marked === undefined ? (pending === undefined ? undefined : 'pending') : alertState(marked);
  return (
    <article class="board-small" data-tone={tone} data-state={state}>
      <span class="board-small-head">
        <b data-long={bedName.length > SHORT_NAME ? 'yes' : undefined}>{bedName}</b>
        {marked !== undefined && state !== 'acknowledged' && <PriorityMark tone={toneOf(marked)} />}
        {state === 'acknowledged' && <span title={marked?.acknowledgedBy}>✓</span>}
        {pending !== undefined && (
          <b class="board-pending">
            <span class="visually-hidden">A crossing is being timed</span>
            <span aria-hidden="true">?</span>
          </b>
        )}
        <PauseRing bed={bed} />
      </span>
      <span class="board-small-numbers">
        <BoardNumber bed={bed} vital="heartbeat" />
        <BoardNumber bed={bed} vital="oxygen_saturation" />
      </span>
      {pending !== undefined && <PendingBar key={`${pending.type} ${pending.sinceMs}`} pending={pending} />}
    </article>
  );
}
