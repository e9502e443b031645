/** How far a deployment's pipelines are behind the log, by its own figures: what tells a reading that is late from one that is lost. */
import type { Clock } from '@vitalwire/core/runtime/clock.ts';

export interface Lag {
  /** Records of `vitals.readings` that the pipeline has still before it. */
  readonly alerting: number;
  readonly storage: number;
}

export interface LagWatch {
  /** The most that was seen of each. */
  readonly most: Lag;
  /** Asks once more, and ends the watch. Rejects where the deployment does not answer. */
  end(): Promise<Lag>;
}

/** An answer costs a deployment with ten thousand connections some 10 ms. */
const EVERY_MS = 5_000;

/** Asks every few seconds; one question that is not answered is left out. */
export function watchLag(httpUrl: string, clock: Clock): LagWatch {
  let most: Lag = { alerting: 0, storage: 0 };
  const ask = async (): Promise<Lag> => {
    const lag = await lagOf(httpUrl);
    most = {
      alerting: Math.max(most.alerting, lag.alerting),
      storage: Math.max(most.storage, lag.storage),
    };
    return lag;
  };
  const cancel = clock.every(EVERY_MS, () => void ask().catch(() => {}));
  return {
    get most() {
      return most;
    },
    end() {
      cancel();
      return ask();
    },
  };
}

export async function lagOf(httpUrl: string): Promise<Lag> {
  const answer = await fetch(`${httpUrl}/metrics`);
  return lagIn(await answer.text());
}

export const lagIn = (metrics: string): Lag => ({
  alerting: sumOf(metrics, 'alerting'),
  storage: sumOf(metrics, 'storage'),
});

function sumOf(metrics: string, pipeline: string): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    if (line.startsWith('vitalwire_pipeline_lag_records{') && line.includes(`pipeline="${pipeline}"`)) {
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
    }
  }
  return sum;
}
