import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signDeviceToken, signStaffToken, type Role } from '@vitalwire/core/identity/token.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { loadSecrets } from '../../src/secrets.ts';
import { startEmbedded } from '../../src/start.ts';

export const REGION = 'Northeast';

/** An embedded deployment on free ports and a data directory of its own, as a test's outside clients see it. */
export interface TestDeployment {
  readonly mqttUrl: string;
  readonly httpUrl: string;
  readonly dataDir: string;
  deviceToken(deviceId: string, region?: string): Promise<string>;
  staffToken(role?: Role, regions?: readonly string[]): Promise<string>;
  /** GET as a nurse of every region; the body, parsed. */
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

export async function startTestDeployment(environment: Record<string, string> = {}): Promise<TestDeployment> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vitalwire-test-'));
  const config = readConfig({
    MQTT_PORT: '0',
    HTTP_PORT: '0',
    SIMULATED_BEDS: '0',
    LOG_LEVEL: 'warn',
    DATA_DIR: dataDir,
    ...environment,
  });
  const secrets = loadSecrets(config);
  const logger = createLogger('embedded', config.LOG_LEVEL);
  const embedded = await startEmbedded(config, { clock: systemClock, logger, secrets });
  const httpUrl = `http://127.0.0.1:${embedded.httpPort}`;
  const staffToken = (role: Role = 'nurse', regions: readonly string[] = config.REGIONS): Promise<string> =>
    signStaffToken({ name: 'Ana', role, regions }, secrets.staff, '1h');
  return {
    mqttUrl: `mqtt://127.0.0.1:${embedded.mqttPort}`,
    httpUrl,
    dataDir,
    deviceToken: (deviceId, region = REGION) => signDeviceToken({ deviceId, region }, secrets.device),
    staffToken,
    get: async (path) => getJson(`${httpUrl}${path}`, await staffToken()),
    async stop() {
      const clean = await embedded.stop();
      rmSync(dataDir, { recursive: true });
      if (!clean) throw new Error('the deployment did not stop cleanly');
    },
  };
}

export async function getJson<T>(url: string, token: string): Promise<T> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Everything a list endpoint has, page by page. */
export async function getAll<T>(
  first: string,
  get: (path: string) => Promise<{ points?: T[]; items?: T[]; next?: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  let path: string | undefined = first;
  while (path !== undefined) {
    const page: { points?: T[]; items?: T[]; next?: string | null } = await get(path);
    all.push(...(page.points ?? page.items ?? []));
    path = page.next ? `${first}&cursor=${encodeURIComponent(page.next)}` : undefined;
  }
  return all;
}

/** Asks until the answer satisfies, or fails with the last answer after `withinMs`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > giveUpAt)
      throw new Error(`still ${JSON.stringify(answer).slice(0, 500)} after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
