import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Dice } from './dice.ts';
import { Process } from './process.ts';
import type { World } from './world.ts';

/** A component as its process runs it. */
export interface Running {
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

const RESTART_MS_MAX = 4_000;
const STOP_GRACE_MS = 5_000;

/** Keeps a component running as a service manager does: whatever ends it, it is started anew a little later. */
export class Supervised {
  readonly name: string;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #start: (process: Process) => Promise<Running>;
  #process: Process | undefined;
  #running: Running | undefined;
  #stopping = false;

  constructor(name: string, world: World, start: (process: Process) => Promise<Running>) {
    this.name = name;
    this.#world = world;
    this.#dice = world.dice.fork();
    this.#start = start;
  }

  get process(): Process | undefined {
    return this.#process?.dead === false ? this.#process : undefined;
  }

  start(): void {
    const process = new Process(this.name, this.#world);
    this.#process = process;
    this.#running = undefined;
    this.#stopping = false;
    this.#world.story.tell(this.name, () => 'starts');
    void process.died.then(() => this.#restart());
    this.#start(process).then(
      (running) => {
        if (process.dead) return;
        this.#running = running;
        running.failed.catch((error: unknown) => this.#failed(process, error));
      },
      // An engine may be away just then: a service manager tries again.
      (error: unknown) => process.crash(`could not start: ${messageOf(error)}`),
    );
  }

  kill(why: string): void {
    this.#process?.crash(why);
  }

  /** Asked to stop, as a deployment does; killed where that takes too long. */
  async restartGently(): Promise<void> {
    const [process, running] = [this.#process, this.#running];
    if (process === undefined || running === undefined || process.dead || this.#stopping) return;
    this.#world.story.tell(this.name, () => 'is asked to stop');
    this.#stopping = true;
    await Promise.race([running.stop(), process.clock.sleep(STOP_GRACE_MS)]).catch((error: unknown) => {
      if (!process.dead) this.#world.story.tell(this.name, () => `could not stop: ${messageOf(error)}`);
    });
    process.crash('has stopped');
  }

  #restart(): void {
    this.#world.clock.after(this.#dice.integer(100, RESTART_MS_MAX), () => this.start());
  }

  /** No injected fault is one that a component may end by: ports answer with errors that can be tried again. */
  #failed(process: Process, error: unknown): void {
    if (process.dead || this.#stopping) return;
    this.#world.violated(`${this.name} ended by itself: ${messageOf(error)}`);
    process.crash(`failed: ${messageOf(error)}`);
  }
}
