import { MessageChannel, Worker } from 'node:worker_threads';
import { serveLog } from '@vitalwire/core/adapters/thread/serve-log.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { IngestGateway, IngestGatewayConfig } from '../start.ts';
import type { Answer, Order, StartFailure, ThreadData } from './orders.ts';

export interface GatewayThreadDeps {
  /** Of this thread; not closed by the gateway. */
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names whose logs and metrics the thread's are. */
  readonly component: string;
}

export interface GatewayThread extends IngestGateway {
  /** The gateway's metrics in Prometheus' text format; empty where it does not answer in time. */
  metrics(): Promise<string>;
}

const METRICS_MS_MAX = 2_000;

/**
 * A gateway in a thread of its own: sockets, MQTT, judging and PUBACKs, which are the larger half of what a reading costs that comes alone,
 * beside the event loop that makes alerts of it instead of before it. The thread appends to this thread's log.
 * @throws what starting a gateway throws, such as an error with code EADDRINUSE
 */
export async function startGatewayThread(
  config: IngestGatewayConfig,
  { log, clock, logger, component }: GatewayThreadDeps,
): Promise<GatewayThread> {
  const { port1, port2 } = new MessageChannel();
  serveLog(port1, log);
  const data: ThreadData = { component, logLevel: logger.level, log: port2 };
  const worker = new Worker(new URL('./main.ts', import.meta.url), {
    name: 'ingest-gateway',
    workerData: data,
    transferList: [port2],
    execArgv: [],
  });
  const send = (order: Order): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(order);
  };
  const ports = Promise.withResolvers<Answer & { readonly kind: 'started' }>();
  const failure = Promise.withResolvers<never>();
  // Whoever does not listen must not be ended by it.
  failure.promise.catch(() => {});
  const fail = (error: Error): void => {
    ports.reject(error);
    failure.reject(error);
  };
  let told: PromiseWithResolvers<string> | undefined;
  let stopping: Promise<void> | undefined;
  const stopped = Promise.withResolvers<void>();
  worker.once('exit', (exitCode) => {
    port1.close();
    told?.resolve('');
    if (!stopping) fail(new Error(`the gateway's thread ended by itself, with ${exitCode}`));
    stopped.resolve();
  });
  worker.on('error', fail);
  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'started') ports.resolve(answer);
    else if (answer.kind === 'failed') fail(errorOf(answer.error));
    else if (answer.kind === 'metrics') told?.resolve(answer.text);
    else stopped.resolve();
  });

  const stop = async (): Promise<void> => {
    send({ kind: 'stop' });
    await stopped.promise;
    await worker.terminate();
  };
  const metrics = async (): Promise<string> => {
    if (told) return told.promise;
    told = Promise.withResolvers();
    send({ kind: 'metrics' });
    const text = await Promise.race([told.promise, clock.sleep(METRICS_MS_MAX).then(() => '')]);
    told = undefined;
    return text;
  };
  try {
    send({ kind: 'start', config });
    const { port, tlsPort } = await ports.promise;
    return {
      name: 'ingest-gateway',
      port,
      tlsPort,
      failed: failure.promise,
      metrics,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function errorOf({ message, stack, code, port }: StartFailure): Error {
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, { code, port });
}
