/** What each key does, for the handler and for the help that lists them. Pure. */
export type Command =
  | 'help'
  | 'find'
  | 'wall'
  | 'alerts'
  | 'log'
  | 'report'
  | 'board'
  | 'admit'
  | 'urgent'
  | 'acknowledge'
  | 'pause'
  | 'mute'
  | 'sound'
  | 'next'
  | 'previous'
  | 'up'
  | 'down';

export interface Shortcut {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly command: Command;
  readonly text: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['?'], shown: '?', command: 'help', text: 'This help' },
  { keys: ['/'], shown: '/', command: 'find', text: 'Find a bed or a patient' },
  { keys: ['w'], shown: 'W', command: 'wall', text: 'Wall of all beds' },
  { keys: ['a'], shown: 'A', command: 'alerts', text: 'Open alerts' },
  { keys: ['l'], shown: 'L', command: 'log', text: 'Alarm log' },
  { keys: ['r'], shown: 'R', command: 'report', text: 'Alarm burden report' },
  { keys: ['b'], shown: 'B', command: 'board', text: 'Board for a big screen' },
  { keys: ['+'], shown: '+', command: 'admit', text: 'Admit a patient, or the one of the bed in focus' },
  { keys: ['n'], shown: 'N', command: 'urgent', text: 'Go to the most urgent alert nobody has acknowledged' },
  { keys: ['ArrowRight'], shown: '→', command: 'next', text: 'Next bed' },
  { keys: ['ArrowLeft'], shown: '←', command: 'previous', text: 'Bed before' },
  { keys: ['ArrowUp'], shown: '↑', command: 'up', text: 'Bed above' },
  { keys: ['ArrowDown'], shown: '↓', command: 'down', text: 'Bed below' },
  {
    keys: ['x'],
    shown: 'X',
    command: 'acknowledge',
    text: 'Acknowledge the alert of the bed or line in focus',
  },
  { keys: ['p'], shown: 'P', command: 'pause', text: "Pause the focused patient's alarms for two minutes" },
  { keys: ['s'], shown: 'S', command: 'sound', text: 'Turn the sound on' },
  { keys: ['m'], shown: 'M', command: 'mute', text: 'Mute this station for two minutes, or unmute it' },
];

/** Undefined where the key means nothing here: with a modifier it is the browser's. */
export function commandOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): Command | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return SHORTCUTS.find(({ keys }) => keys.includes(key))?.command;
}

/**
 * Which of the boxes lies next in that direction: up and down by the row, to the box whose middle is nearest. Undefined where there is none.
 */
export function neighbour(
  boxes: readonly { readonly left: number; readonly top: number; readonly width: number }[],
  from: number,
  command: 'next' | 'previous' | 'up' | 'down',
): number | undefined {
  if (command === 'next') return from + 1 < boxes.length ? from + 1 : undefined;
  if (command === 'previous') return from > 0 ? from - 1 : undefined;
  const here = boxes[from];
  if (here === undefined) return undefined;
  const beyond = boxes.flatMap((box, index) =>
    (command === 'down' ? box.top > here.top + 1 : box.top < here.top - 1) ? [{ box, index }] : [],
  );
  const row =
    command === 'down'
      ? Math.min(...beyond.map(({ box }) => box.top))
      : Math.max(...beyond.map(({ box }) => box.top));
  const middle = here.left + here.width / 2;
  const [nearest] = beyond
    .filter(({ box }) => Math.abs(box.top - row) < 1)
    .sort(
      (a, b) =>
        Math.abs(a.box.left + a.box.width / 2 - middle) - Math.abs(b.box.left + b.box.width / 2 - middle),
    );
  return nearest?.index;
}
