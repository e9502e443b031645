/** A gateway with workers as `main.ts` runs it, but each worker on a log in its own memory: for what has nothing to do with the log. */
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { runComponent } from '@vitalwire/core/runtime/run-component.ts';
import { startIngestGateway } from '../src/start.ts';
import { answerQuestions } from '../src/workers/questions.ts';
import { startWorkers } from '../src/workers/start-workers.ts';
import { FaultyLog } from './faulty-log.ts';

await runComponent('ingest-gateway', async (context) => {
  if (cluster.isPrimary) return startWorkers(fileURLToPath(import.meta.url), context);
  const { config, clock, logger, registry, started } = context;
  answerQuestions({ dependencies: [], registry, clock });
  const gateway = await startIngestGateway(
    {
      host: config.HOST,
      port: config.MQTT_PORT,
      deviceSecret: config.DEVICE_JWT_SECRET ?? '',
      regions: config.REGIONS,
      futureToleranceMs: 60_000,
    },
    { log: new FaultyLog(), clock, logger, registry },
  );
  started(gateway);
  return { failed: gateway.failed, ports: { mqtt: gateway.port } };
});
