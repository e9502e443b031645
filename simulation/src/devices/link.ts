import type { GatewaySession } from '../components/gateway.ts';
import type { Dice } from '../world/dice.ts';
import type { World } from '../world/world.ts';

const DELAY_MS_MAX = 60;

/**
 * One connection between a device and a gateway. Messages take their time, mostly in order; now and then one overtakes another or comes
 * twice, as through a reconnect or a second gateway. Either side may notice the end of it late; what was under way is lost.
 */
export class Link {
  open = true;
  joined = false;
  readonly #world: World;
  readonly #dice: Dice;
  #session: GatewaySession | undefined;
  /** Neither direction delivers before what it delivered last. */
  #upMs = 0;
  #downMs = 0;

  constructor(world: World, dice: Dice) {
    this.#world = world;
    this.#dice = dice;
  }

  delay(): Promise<void> {
    return this.#world.clock.sleep(this.#dice.integer(1, DELAY_MS_MAX));
  }

  join(session: GatewaySession): void {
    this.#session = session;
    this.joined = true;
    void session.closed.then(() => this.#world.clock.after(this.#dice.integer(1, 500), () => this.#end()));
  }

  /** `unruly`: may be overtaken, and come twice. */
  publish(topic: string, payload: Uint8Array, acknowledged: () => void, unruly: boolean): void {
    const disorder = unruly && this.#world.faults.armed;
    const copies = disorder && this.#dice.chance(0.02) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.#upMs = this.#arrival(this.#upMs);
      const overtakes = disorder && this.#dice.chance(0.03);
      const lateMs = overtakes ? this.#dice.integer(0, 3_000) : 0;
      this.#world.clock.after(this.#upMs + lateMs - this.#world.clock.monotonic(), () => {
        // What a dead connection still carries arrives, as long as its gateway has not noticed.
        this.#session?.publish(topic, payload, () => this.#answer(acknowledged));
      });
    }
  }

  /** The device's side is closed at once, the gateway's when it notices. */
  drop(): void {
    if (!this.open) return;
    this.#end();
    const session = this.#session;
    if (session) this.#world.clock.after(this.#dice.integer(1, 2_000), () => session.close());
  }

  #end(): void {
    this.open = false;
    this.joined = false;
  }

  #answer(acknowledged: () => void): void {
    this.#downMs = this.#arrival(this.#downMs);
    this.#world.clock.after(this.#downMs - this.#world.clock.monotonic(), () => {
      if (this.open) acknowledged();
    });
  }

  #arrival(notBeforeMs: number): number {
    return Math.max(notBeforeMs, this.#world.clock.monotonic() + this.#dice.integer(1, DELAY_MS_MAX));
  }
}
