import { serveHealth, type Dependency } from '@vitalwire/core/runtime/health.ts';
import type { ComponentContext, StartedComponent } from '@vitalwire/core/runtime/run-component.ts';
import { metricsOfAll, workerMetrics } from './metrics.ts';
import { WorkerPool } from './worker-pool.ts';

/** Several gateways on one port, one health and one set of metrics. `program` is the worker's main. */
export async function startWorkers(program: string, context: ComponentContext): Promise<StartedComponent> {
  const { config, clock, logger, registry, started } = context;
  let pool: WorkerPool | undefined;
  const { restarted } = workerMetrics(registry, () => pool?.size ?? 0);
  pool = await WorkerPool.start({ program, workers: config.GATEWAY_WORKERS, clock, logger, restarted });
  const health = await serveHealth({
    host: config.HOST,
    port: config.HEALTH_PORT,
    dependencies: [workersReady(pool)],
    registry: metricsOfAll(registry, pool),
    clock,
  }).catch(async (error: unknown) => {
    await pool.stop();
    throw error;
  });
  started(health);
  started(pool);
  // One that ends is started anew here; nothing that happens to workers ends this process.
  return { failed: new Promise<never>(() => {}), ports: { ...pool.ports, health: health.port } };
}

/** One worker that is ready takes devices, whatever became of the others. */
const workersReady = (pool: WorkerPool): Dependency => ({
  name: 'workers',
  async check() {
    const answers = await pool.ask('readiness');
    if (answers.some((answer) => answer?.ready === true)) return;
    const states = answers.map((answer) => (answer ? JSON.stringify(answer.dependencies) : 'no answer'));
    throw new Error(states[0] ?? 'no worker is up');
  },
});
