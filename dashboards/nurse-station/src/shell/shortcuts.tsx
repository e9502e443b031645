/** The keyboard for everything: one handler for the page, and the help that says what it does. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isAdmitted } from '../feed/patient.ts';
import { awaitsAcknowledgement, byUrgency } from '../feed/urgency.ts';
import { openAdmission } from '../patient/admission.tsx';
import { useStation, type Station } from '../station.ts';
import { Dialog } from './dialog.tsx';
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
      if (target.matches('input, select, textarea')) return;
      const command = commandOf(event);
      if (command === undefined || (!enabled.peek() && command !== 'help')) return;
      // What is asked in a dialog is answered first, but nothing asked is worth a silence.
      if (document.querySelector('dialog:modal') !== null && !restoresSound(command, station)) return;
      if (run(command, station, target)) event.preventDefault();
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, [station]);
}

const restoresSound = (command: Command, { sound }: Station): boolean =>
  command === 'sound' || (command === 'mute' && sound.mute.peek() !== undefined);

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
    case 'admit':
      return admit(station, target);
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

/** The bed in focus, where nobody is admitted there; else whoever is named. */
function admit(station: Station, target: HTMLElement): boolean {
  if (!station.mayAcknowledge.peek()) return false;
  const patient = station.bed(target.closest<HTMLElement>('.tile')?.dataset['patient'] ?? '')?.patient.peek();
  openAdmission(patient === undefined || isAdmitted(patient) ? undefined : patient.patientId);
  return true;
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
  if (!helpOpen.value) return null;
  const close = (): void => {
    helpOpen.value = false;
  };
  return (
    <Dialog title="Keyboard" wide onClose={close}>
      <dl class="help-keys">
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
    </Dialog>
  );
}
