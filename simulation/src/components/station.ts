import { decodeCursor } from '@vitalwire/alert-engine/hub/cursor.ts';
import type { Dice } from '../world/dice.ts';
import type { World } from '../world/world.ts';
import type { AlertEngineNode } from './alert-engine.ts';
import { REGION } from './ports.ts';

interface AlertJson {
  readonly id: string;
  readonly version: number;
  readonly status: string;
}

interface Frame {
  readonly type: string;
  readonly cursor?: string;
  readonly alert?: AlertJson;
  readonly patients?: readonly { readonly alerts: readonly AlertJson[] }[];
}

const DELAY_MS_MAX = 80;

/** A nurse station: it comes back with the last cursor it took in, and lets a snapshot replace what it shows. */
export class Station {
  readonly name: string;
  /** Alert frames in the order they were taken in, over all connections: alert id and version. */
  readonly received: string[] = [];
  /** What the screen shows: open alerts by id. */
  readonly shown = new Map<string, AlertJson>();
  /** How many events of the region the first snapshot already held. */
  joinedAfter: number | undefined;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #engines: readonly AlertEngineNode[];
  #cursor: string | undefined;
  #connection: { end: () => void; open: boolean } | undefined;

  constructor(name: string, world: World, engines: readonly AlertEngineNode[]) {
    this.name = name;
    this.#world = world;
    this.#dice = world.dice.fork();
    this.#engines = engines;
  }

  start(): void {
    this.#world.clock.every(1_500, () => this.#connect());
    this.#connect();
  }

  disconnect(): void {
    this.#world.story.tell(this.name, () => 'loses its connection');
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    connection.open = false;
    // The engine notices later.
    this.#world.clock.after(this.#dice.integer(1, 3_000), connection.end);
  }

  #connect(): void {
    if (this.#connection?.open === true) return;
    const connection = { end: (): void => {}, open: true };
    let deliveredMs = 0;
    const end = this.#dice.pick(this.#engines).connect(
      {
        frame: (text) => {
          const nowMs = this.#world.clock.monotonic();
          deliveredMs = Math.max(deliveredMs, nowMs + this.#dice.integer(1, DELAY_MS_MAX));
          this.#world.clock.after(deliveredMs - nowMs, () => {
            if (connection.open) this.#take(JSON.parse(text) as Frame);
          });
        },
        closed: () => {
          this.#world.clock.after(this.#dice.integer(1, 500), () => (connection.open = false));
        },
      },
      this.#cursor,
    );
    if (end === undefined) return;
    connection.end = end;
    this.#connection = connection;
  }

  #take(frame: Frame): void {
    if (frame.cursor !== undefined) this.#cursor = frame.cursor;
    if (frame.type === 'alert' && frame.alert) {
      const { id, version, status } = frame.alert;
      this.#world.story.tell(this.name, () => `is told of alert ${id.slice(0, 6)} v${version} (${status})`);
      this.received.push(`${id}:${version}`);
      if (status === 'resolved') this.shown.delete(id);
      else this.shown.set(id, frame.alert);
    }
    if (frame.type === 'snapshot') {
      this.joinedAfter ??= Number(decodeCursor(frame.cursor ?? '', [REGION])?.[REGION] ?? 0);
      this.shown.clear();
      for (const alert of (frame.patients ?? []).flatMap((patient) => patient.alerts)) {
        this.shown.set(alert.id, alert);
      }
    }
  }
}
