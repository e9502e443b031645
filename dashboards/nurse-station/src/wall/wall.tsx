/** All beds at once, the most urgent first. */
import { computed, signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { AreaAlerts } from '../alerts/area-alerts.tsx';
import { openAdmission } from '../patient/admission.tsx';
import { useStation } from '../station.ts';
import { holdLeftMs, prolong, type OrderHold } from './order-hold.ts';
import { matches, orderOf, type WallFilter } from './order.ts';
import { fitTiles, GAP_PX } from './tile-fit.ts';
import { Tile } from './tile.tsx';

/** Kept while other pages are looked at. */
export const filter = signal<WallFilter>({ region: '', text: '' });

const SKELETON_BEDS = 24;

export function Wall() {
  const station = useStation();
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSignal({ width: 1200, height: 700 });
  const { order, onPointer } = useSteadyOrder();
  // The text filter narrows what is shown, not how large: tiles that grow with every letter typed would be restless.
  const inRegion = useComputed(
    () =>
      station.beds.value.filter((bed) =>
        matches(bed.patient.value, { region: filter.value.region, text: '' }),
      ).length,
  );
  const fit = useComputed(() =>
    fitTiles(station.loaded.value ? inRegion.value : SKELETON_BEDS, size.value.width, size.value.height),
  );
  // Where all beds are of one region, its name on each of them says nothing.
  const severalRegions = station.severalRegions.value;

  const areaCount = station.areaAlerts.value.length;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const area = element.querySelector<HTMLElement>('.area-alerts');
      const areaPx = area === null ? 0 : area.offsetHeight + GAP_PX;
      size.value = {
        width: element.clientWidth - 2 * GAP_PX,
        height: element.clientHeight - areaPx - 2 * GAP_PX,
      };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [size, areaCount]);

  useSignalEffect(() => {
    const style = scroller.current?.style;
    style?.setProperty('--columns', String(fit.value.columns));
    style?.setProperty('--em', `${fit.value.emPx}px`);
    style?.setProperty('--tile-height', `${fit.value.heightPx}px`);
  });

  const ids = order.value;
  useKeptFocus(ids);
  return (
    <main class="wall" ref={scroller} onPointerMove={onPointer} onPointerDown={onPointer}>
      <AreaAlerts />
      {station.loaded.value ? (
        <div class="tiles">
          {ids.map((id) => {
            const bed = station.bed(id);
            return bed === undefined ? null : <Tile key={id} bed={bed} showsRegion={severalRegions} />;
          })}
        </div>
      ) : (
        <div class="tiles" aria-busy="true" aria-label="Loading beds">
          {Array.from({ length: SKELETON_BEDS }, (_, index) => (
            <div key={index} class="tile tile-skeleton" />
          ))}
        </div>
      )}
      {station.loaded.value && ids.length === 0 && <NoBeds />}
    </main>
  );
}

function NoBeds() {
  const station = useStation();
  if (station.beds.value.length === 0) {
    return (
      <div class="empty">
        <h2>No beds yet</h2>
        <p>
          A bed appears here by itself with its device's first reading. If one is missing, check that its
          device is switched on, connected, and set to your region.
        </p>
        {station.mayAcknowledge.value && (
          <button type="button" class="button" onClick={() => openAdmission(undefined)}>
            Admit a patient…
          </button>
        )}
      </div>
    );
  }
  return (
    <div class="empty">
      <h2>No bed matches</h2>
      <p>
        {station.beds.value.length} beds are hidden by the filter
        {filter.value.text === '' ? '' : ` “${filter.value.text}”`}.
      </p>
      <button type="button" class="button" onClick={() => (filter.value = { region: '', text: '' })}>
        Show all beds
      </button>
    </div>
  );
}

/** The order by urgency, which waits while a pointer moves over the tiles. A changed filter is obeyed at once. */
function useSteadyOrder() {
  const station = useStation();
  const desired = useMemo(
    () =>
      computed(() =>
        orderOf(
          station.beds.value.flatMap((bed) => {
            const { bed: name, patientId, region, name: person, ward } = bed.patient.value;
            const shown = matches({ patientId, region, name: person, bed: name, ward }, filter.value);
            return shown ? [{ id: bed.id, bed: name, urgency: bed.urgency.value }] : [];
          }),
        ).join('\n'),
      ),
    [station],
  );
  const order = useSignal<readonly string[]>([]);
  const hold = useRef<OrderHold | undefined>(undefined);
  const filtered = useRef(filter.peek());
  useSignalEffect(() => {
    const next = desired.value === '' ? [] : desired.value.split('\n');
    const apply = (): void => {
      order.value = next;
    };
    const waitMs = filtered.current === filter.value ? holdLeftMs(hold.current, performance.now()) : 0;
    filtered.current = filter.value;
    if (waitMs === 0) {
      apply();
      return undefined;
    }
    // While the pointer goes on moving the wait is prolonged, up to its limit.
    const again = (): void => {
      const leftMs = holdLeftMs(hold.current, performance.now());
      if (leftMs > 0) timer = setTimeout(again, leftMs);
      else apply();
    };
    let timer = setTimeout(again, waitMs);
    return () => clearTimeout(timer);
  });
  const onPointer = (): void => {
    hold.current = prolong(hold.current, performance.now());
  };
  return { order, onPointer };
}

/** A tile that moves takes the keyboard's focus with it: the browser drops the focus of a node that is moved. */
function useKeptFocus(ids: readonly string[]): void {
  const focused = useRef<Element | null>(null);
  focused.current = document.activeElement;
  useLayoutEffect(() => {
    const before = focused.current;
    if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) {
      before.focus({ preventScroll: true });
    }
  }, [ids]);
}
