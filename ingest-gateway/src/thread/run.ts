/** One gateway, on the log that the thread which started this one serves. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { ThreadLog } from '@vitalwire/core/adapters/thread/thread-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { Registry } from '@vitalwire/core/runtime/metrics.ts';
import { startIngestGateway, type IngestGateway } from '../start.ts';
import type { Answer, Order, StartFailure, ThreadData } from './orders.ts';

const parent = parentPort as MessagePort;
const { component, logLevel, log } = workerData as ThreadData;
const registry = new Registry();
registry.setDefaultLabels({ component });
let gateway: IngestGateway | undefined;

parent.on('message', (order: Order) => void obey(order));

async function obey(order: Order): Promise<void> {
  if (order.kind === 'start') return start(order);
  if (order.kind === 'metrics') return answer({ kind: 'metrics', text: await registry.metrics() });
  await gateway?.stop();
  answer({ kind: 'stopped' });
}

async function start({ config }: Order & { readonly kind: 'start' }): Promise<void> {
  try {
    gateway = await startIngestGateway(config, {
      log: new ThreadLog(log),
      clock: systemClock,
      logger: createLogger(component, logLevel),
      registry,
    });
    const { port, tlsPort, failed } = gateway;
    failed.catch((error: unknown) => answer({ kind: 'failed', error: told(error) }));
    answer({ kind: 'started', port, tlsPort });
  } catch (error) {
    answer({ kind: 'failed', error: told(error) });
  }
}

/** Of an error's fields only the message gets through a port by itself; a port that is taken is told by its code. */
function told(error: unknown): StartFailure {
  const { message, stack, code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  return { message: message ?? String(error), stack, code, port };
}

function answer(message: Answer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parent.postMessage(message);
}
