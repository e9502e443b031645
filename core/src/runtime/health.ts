import { createServer } from 'node:http';
import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Registry } from './metrics.ts';
import type { Service } from './service.ts';

/** Something a component needs in order to do its work; `check` rejects when it is not there. */
export interface Dependency {
  readonly name: string;
  check(): Promise<void>;
}

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or why not, by dependency. */
  readonly dependencies: Readonly<Record<string, string>>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Asks every dependency at once; one that does not answer within two seconds is not there. */
export async function readiness(dependencies: readonly Dependency[], clock: Clock): Promise<Readiness> {
  const outcomes = await Promise.all(
    dependencies.map(async (dependency) => {
      const late = clock.sleep(CHECK_TIMEOUT_MS).then(() => 'no answer');
      const answer = dependency.check().then(
        () => 'ok',
        (error: unknown) => messageOf(error),
      );
      return [dependency.name, await Promise.race([answer, late])] as const;
    }),
  );
  return {
    ready: outcomes.every(([, outcome]) => outcome === 'ok'),
    dependencies: Object.fromEntries(outcomes),
  };
}

export interface HealthOptions {
  readonly host: string;
  readonly port: number;
  readonly dependencies: readonly Dependency[];
  readonly registry: Pick<Registry, 'metrics' | 'contentType'>;
  readonly clock: Clock;
}

/** Serves /healthz (alive), /readyz (its dependencies answer) and /metrics for a component that has no HTTP server of its own. */
export async function serveHealth(options: HealthOptions): Promise<Service & { readonly port: number }> {
  const answers: Record<string, () => Promise<{ status: number; type: string; body: string }>> = {
    '/healthz': async () => ({ status: 200, type: 'application/json', body: '{"status":"alive"}' }),
    '/readyz': async () => {
      const state = await readiness(options.dependencies, options.clock);
      return { status: state.ready ? 200 : 503, type: 'application/json', body: JSON.stringify(state) };
    },
    '/metrics': async () => ({
      status: 200,
      type: options.registry.contentType,
      body: await options.registry.metrics(),
    }),
  };
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    if (!answer || request.method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    answer().then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(messageOf(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    name: 'health',
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
