import type { Cluster } from './cluster.ts';
import { exists } from './cluster.ts';

/** Which topics there are, how many partitions they have and which broker leads each: as of the last time somebody asked. */
export class TopicDirectory {
  readonly #cluster: Cluster;
  readonly #leaders = new Map<string, readonly number[]>();
  #refreshing: Promise<void> | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** 0 where the topic is not known (yet). */
  partitions(topic: string): number {
    return this.#leaders.get(topic)?.length ?? 0;
  }

  /** Node id; -1 where none is known. */
  leader(topic: string, partition: number): number {
    return this.#leaders.get(topic)?.[partition] ?? -1;
  }

  /** Asks for these topics. Resolves to those that do not exist. */
  async load(topics: readonly string[]): Promise<readonly string[]> {
    const missing: string[] = [];
    const problems: unknown[] = [];
    for (const metadata of await this.#cluster.topics(topics)) {
      try {
        if (exists(metadata)) this.#leaders.set(metadata.topic, metadata.leaders);
        else {
          this.#leaders.delete(metadata.topic);
          missing.push(metadata.topic);
        }
      } catch (error) {
        // What is wrong with one topic must not keep the leaders of the others from being learnt.
        problems.push(error);
      }
    }
    if (problems.length > 0) throw problems[0];
    return missing;
  }

  /** Asks again for all known topics; those who ask at the same time share one request. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.load([...this.#leaders.keys()])
      .then(() => {})
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }
}
