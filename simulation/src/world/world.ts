import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Story } from './story.ts';

/** What everyone in a simulation shares. */
export interface World {
  readonly seed: number;
  /** True time. Servers keep it; devices do not. */
  readonly clock: Clock;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly story: Story;
  /** Says that something happened which must not, whatever went wrong before. */
  readonly violated: (violation: string) => void;
  /** Counts. */
  readonly crashed: () => void;
}
