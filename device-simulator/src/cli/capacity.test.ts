import { expect, it } from 'vitest';
import { sharedClock } from '../fleet/shared-clock.ts';
import { createCommand } from './arguments.ts';
import { addCapacity } from './capacity.ts';

it('the help of capacity tells of itself, and of no option that it refuses', () => {
  const command = createCommand(async () => {});
  const progress = { isTty: false, columns: () => 80, write: () => {} };
  addCapacity(command, { clock: sharedClock, progress, signal: new AbortController().signal }, {});
  const help = command.commands.find((each) => each.name() === 'capacity')!.helpInformation();
  expect(help).toContain('Finds the highest rate that meets --slo');
  expect(help).toContain('number of devices (default: 200)');
  expect(help).not.toMatch(/--rate|--shape|--phases|--window|--ledger|--resume|--html/);
  expect(command.helpInformation()).toContain('Simulates bedside devices');
});
