/** The keyboard for everything: one handler for the page, and the help that says what it does. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { awaitsAcknowledgement, byUrgency } from '../feed/urgency.ts';
import { useStation, type Station } from '../station.ts';
import { commandOf, neighbour, SHORTCUTS, type Command } from './keys.ts';

const KEY = 'vitalwire.keys';
/** People who speak to their computer must be able to turn single letters off (WCAG 2.1.4). */
const enabled = signal(localStorage.getItem(KEY) !== 'off');
const helpOpen = signal(false);

export const openHelp = (): void => {
  helpOpen.value = true;
};

const PAGES: Readonly<Partial<Record<Command, string>>> = {
  wall: '#/',
  alerts: '#/alerts',
  log: '#/log',
  report: '#/report',
  board: '#/board',
};

export function useShortcuts(): void {
  const station = useStation();
  useEffect(() => {
    const handle = (event: KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      // What is asked in a dialog is answered first.
      if (target.matches('input, select, textarea') || target.closest('dialog') !== null) return;
      const command = commandOf(event);
      if (command === undefined || (!enabled.peek() && command !== 'help')) return;
      if (run(command, station, target)) event.preventDefault();
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, [station]);
}

/** Whether the key was of use. */
function run(command: Command, station: Station, target: HTMLElement): boolean {
  const page = PAGES[command];
  if (page !== undefined) {
    location.hash = page;
    return true;
  }
  switch (command) {
    case 'help':
      openHelp();
      return true;
    case 'find':
      return focus('.filters input');
    case 'mute':
      station.sound.setMute(station.sound.mute.peek() === undefined);
      return true;
    case 'sound':
      station.sound.turnOn();
      return true;
    case 'urgent':
      return focusUrgent(station);
    case 'acknowledge':
      return press(target, '.button-acknowledge:not(:disabled)');
    case 'pause':
      return pauseFocused(station, target);
    case 'next':
    case 'previous':
    case 'up':
    case 'down':
      return moveFocus(command, target);
    case 'wall':
    case 'alerts':
    case 'log':
    case 'report':
    case 'board':
      break;
  }
  return false;
}

function focus(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null;
}

function focusUrgent(station: Station): boolean {
  const [first] = station.openAlerts.peek().filter(awaitsAcknowledgement).toSorted(byUrgency);
  if (first === undefined) return false;
  return (
    focus(`.alert-row[data-alert="${CSS.escape(first.id)}"] button`) ||
    focus(`.tile[data-patient="${CSS.escape(first.patientId)}"] .tile-link`)
  );
}

const placeOf = (target: HTMLElement): HTMLElement | null => target.closest<HTMLElement>('.tile, .alert-row');

function press(target: HTMLElement, selector: string): boolean {
  const button = placeOf(target)?.querySelector<HTMLElement>(selector);
  button?.click();
  return button !== null && button !== undefined;
}

function pauseFocused(station: Station, target: HTMLElement): boolean {
  const patientId =
    target.closest<HTMLElement>('.tile')?.dataset['patient'] ??
    document.querySelector<HTMLElement>('main.patient')?.dataset['patient'];
  if (patientId === undefined || !station.mayAcknowledge.peek()) return false;
  void station.pause(patientId, true);
  return true;
}

function moveFocus(command: 'next' | 'previous' | 'up' | 'down', target: HTMLElement): boolean {
  const tiles = [...document.querySelectorAll<HTMLElement>('.tile[data-patient]')];
  if (tiles.length === 0) return false;
  const from = tiles.findIndex((tile) => tile.contains(target));
  const to =
    from === -1
      ? 0
      : neighbour(
          tiles.map((tile) => tile.getBoundingClientRect()),
          from,
          command,
        );
  const link = to === undefined ? undefined : tiles[to]?.querySelector<HTMLElement>('.tile-link');
  link?.focus();
  link?.scrollIntoView({ block: 'nearest' });
  return link !== undefined && link !== null;
}

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = (): void => {
    helpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">Keyboard</h2>
      <dl>
        {SHORTCUTS.map(({ shown, text }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Tab</kbd> <kbd>Enter</kbd>
          </dt>
          <dd>Everything on the page, in order; open a bed</dd>
        </div>
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close this, or what is open; clear the search</dd>
        </div>
      </dl>
      <label class="help-switch">
        <input
          type="checkbox"
          checked={enabled.value}
          onChange={(event) => {
            enabled.value = event.currentTarget.checked;
            localStorage.setItem(KEY, enabled.value ? 'on' : 'off');
          }}
        />
        Single keys act (the question mark always does)
      </label>
      <button type="button" class="button button-primary" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
