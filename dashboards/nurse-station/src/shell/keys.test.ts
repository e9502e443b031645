import { describe, expect, it } from 'vitest';
import { commandOf, neighbour, SHORTCUTS } from './keys.ts';

const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false, altKey: false });

describe('keys', () => {
  it('mean one thing each, whatever the shift', () => {
    const keys = SHORTCUTS.flatMap(({ keys }) => keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(commandOf(press('M'))).toBe('mute');
    expect(commandOf(press('?'))).toBe('help');
  });

  it('leave the browser its own', () => {
    expect(commandOf(press('r', true))).toBeUndefined();
    expect(commandOf(press('Enter'))).toBeUndefined();
  });
});

describe('neighbour, in two rows of three and a last of one', () => {
  const boxes = [0, 1, 2, 3, 4, 5, 6].map((i) => ({
    left: (i % 3) * 10,
    top: Math.floor(i / 3) * 10,
    width: 9,
  }));
  it.each([
    [0, 'next', 1],
    [6, 'next', undefined],
    [0, 'previous', undefined],
    [1, 'down', 4],
    [5, 'down', 6],
    [4, 'up', 1],
    [1, 'up', undefined],
  ] as const)('%d %s is %s', (from, command, expected) => {
    expect(neighbour(boxes, from, command)).toBe(expected);
  });
});
