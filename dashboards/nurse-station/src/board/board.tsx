/** For a big screen that nobody touches: no controls, numbers one reads from five metres, and only what is urgent at length. */
import { useComputed } from '@preact/signals';
import { toneOf, typeText } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import { useStation, type Bed } from '../station.ts';
import { formatClock } from '../vital-text.ts';
import { orderOf } from '../wall/order.ts';
import { arrange } from './arrange.ts';
import { QuietBeds } from './quiet-beds.tsx';
import { UrgentBed } from './urgent-bed.tsx';

export function Board() {
  const station = useStation();
  const { beds, areaAlerts, loaded, now, sound } = station;
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
  const severalRegions = station.severalRegions.value;
  const byId = new Map(inOrder.map((bed) => [bed.id, bed]));
  const pick = (ids: readonly string[]): Bed[] => ids.flatMap((id) => byId.get(id) ?? []);
  const clock = useComputed(() => formatClock(now.value));
  return (
    <main class="board" style={{ '--board-columns': columnsOf(expanded.length) }}>
      <header class="board-head">
        <span class="board-state" role="status">
          {stateText(loaded.value, beds.value.length, expanded.length)}
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
      <QuietBeds beds={pick(quiet)} byRegion={severalRegions} />
    </main>
  );
}

/** "No alarm" is a promise: not before the ward is known. */
function stateText(loaded: boolean, beds: number, alarming: number): string {
  if (!loaded) return 'Connecting…';
  if (beds === 0) return 'No beds yet';
  return alarming === 0 ? 'No alarm' : `${alarming} ${alarming === 1 ? 'bed' : 'beds'} in alarm`;
}

/** As square as can be: a bed is wider than it is high. */
const columnsOf = (count: number): number => (count <= 1 ? 1 : count <= 4 ? 2 : count <= 9 ? 3 : 4);
