import { anyClock } from './devices/any-clock.ts';
import type { Ward } from './simulate.ts';
import type { World } from './world/world.ts';

/** What goes wrong beside the calls of ports, thrown for once: crashes, deployments, cut networks, reboots, lost connections. */
export function disturb(world: World, ward: Ward, minutes: number): void {
  const dice = world.dice.fork();
  const { clock } = world;
  const times = (most: number, what: () => void): void => {
    for (let left = dice.integer(0, most); left > 0; left--) {
      clock.after(dice.integer(5_000, minutes * 60_000 - 1_000), what);
    }
  };
  times(4, () => dice.pick(ward.servers).kill('killed'));
  times(3, () => void dice.pick(ward.servers).restartGently());
  times(4, () => dice.pick(ward.devices).disconnect());
  times(4, () => dice.pick(ward.stations).disconnect());
  times(3, () => {
    const device = dice.pick(ward.devices);
    device.setReachable(false);
    clock.after(dice.integer(5_000, 150_000), () => device.setReachable(true));
  });
  // Long enough for what is held back to be history.
  times(2, () => {
    const device = dice.pick(ward.devices);
    device.setReachable(false);
    clock.after(dice.integer(60_000, 200_000), () => device.setReachable(true));
  });
  // Late, and of now all the same: long enough for nurses to be told.
  times(1, () => {
    const device = dice.pick(ward.devices);
    device.holdBack(dice.integer(31_000, 42_000));
    clock.after(dice.integer(40_000, 200_000), () => device.holdBack(0));
  });
  times(1, () => {
    const hangsMs = dice.integer(15_000, 45_000);
    world.story.tell('event log', () => `hangs for ${hangsMs} ms`);
    world.faults.logHangsUntilMs = clock.now() + hangsMs;
  });
  times(4, () => dice.pick(ward.alertEngines).acknowledgeOne(dice));
  times(2, () => {
    const offsetMs = dice.chance(0.5) ? anyClock(dice) : undefined;
    dice.pick(ward.devices).reboot(offsetMs, dice.chance(0.6));
  });
}
