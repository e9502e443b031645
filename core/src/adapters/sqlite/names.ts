import type { StatementSync } from 'node:sqlite';
import type { Session } from './port-session.ts';

/** Small numbers in place of the ids of patients and devices, which stand in every row. */
export class Names {
  readonly #database: Session;
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #insert: StatementSync;

  constructor(database: Session) {
    this.#database = database;
    this.#insert = database.prepare('INSERT OR IGNORE INTO names (name) VALUES (?)');
    for (const row of database.prepare('SELECT id, name FROM names').all()) {
      this.#remember(Number(row['id']), String(row['name']));
    }
  }

  /** Gives every name a number; known ones cost nothing. */
  async ensure(names: Iterable<string>): Promise<void> {
    const unknown = new Set<string>();
    for (const name of names) if (!this.#ids.has(name)) unknown.add(name);
    if (unknown.size === 0) return;
    await this.#database.write(() => {
      for (const name of unknown) this.#insert.run(name);
    });
    const select = this.#database.prepare('SELECT id FROM names WHERE name = ?');
    for (const name of unknown) this.#remember(Number(select.get(name)?.['id']), name);
  }

  idOf(name: string): number | undefined {
    return this.#ids.get(name);
  }

  nameOf(id: number): string {
    return this.#names.get(id) ?? '';
  }

  #remember(id: number, name: string): void {
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }
}
