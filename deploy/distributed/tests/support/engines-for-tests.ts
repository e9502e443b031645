/** For vitest: brings the engines up before the tests and, where they were not up already, down after them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downEngines, engineEnvironment, engineStatus, upEngines } from '@vitalwire/engines/engines.ts';
import { sweepEngines, sweptFolder } from '@vitalwire/engines/sweep.ts';

const NAMED_BY = ['KAFKA_BROKERS', 'INFLUX_URL', 'CASSANDRA_CONTACT_POINTS', 'REDIS_URL'];

/** An environment that names engines means those, and no others: nothing is started then. */
export default async function setup(): Promise<() => Promise<void>> {
  // Engines of a test's own run detached. A file that is given up or dies does not end them: what is in this folder ends with the run.
  const folder = await sweptFolder(tmpdir(), 'vitalwire-engine-tests');
  process.env['TMPDIR'] = folder;
  process.env['ALARMS_FILE'] ??= soonerAlarms(folder);
  const bringDown = await bringUp();
  return async () => {
    for (const node of await sweepEngines(folder))
      process.stderr.write(`a test left its engine running: ${node}\n`);
    await bringDown();
  };
}

/** The alarm settings with a third of the delay: a dozen tests would otherwise each wait 15 s for a saturation to be one. */
function soonerAlarms(folder: string): string {
  const path = join(folder, 'alarms.yaml');
  const shipped = readFileSync(new URL('../../../../core/config/alarms.yaml', import.meta.url), 'utf8');
  writeFileSync(path, shipped.replace('oxygen_saturation: 15', 'oxygen_saturation: 5'));
  return path;
}

async function bringUp(): Promise<() => Promise<void>> {
  if (NAMED_BY.some((name) => process.env[name])) {
    // Not ours to take away.
    process.env['VITALWIRE_TEST_ENGINES_GIVEN'] = 'true';
    return async () => {};
  }
  const before = await engineStatus();
  const wereUp = before.length > 0 && before.every(({ state }) => state === 'ready');
  await upEngines();
  Object.assign(process.env, engineEnvironment());
  return async () => {
    if (!wereUp) await downEngines();
  };
}
