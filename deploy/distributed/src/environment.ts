import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { ConfigError, SECRET_SETTINGS, secretsOf } from '@vitalwire/core/runtime/config.ts';
import type { ComponentName } from './component-process.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const COPIES = 3;

/**
 * The environment of components on this machine: where the environment names no engines, those that `npm run engines:up` started; as many
 * copies of what they keep as there are nodes, three at most. @throws ConfigError where there are none
 */
export function distributedEnvironment(environment: Environment): Environment {
  const named: Environment = {
    ...(environment['KAFKA_BROKERS'] ? {} : startedHere(environment)),
    ...environment,
    VITALWIRE_MODE: 'distributed',
  };
  return {
    KAFKA_REPLICATION: copies(named['KAFKA_BROKERS']),
    CASSANDRA_REPLICATION: copies(named['CASSANDRA_CONTACT_POINTS']),
    ...named,
  };
}

/** What one component finds in its environment: of the secrets, those that it needs. */
export function environmentOf(component: ComponentName, environment: Environment): Environment {
  const given = secretsOf(component);
  const kept = Object.entries(environment).filter(([name]) => {
    const secret = SECRET_SETTINGS.find((setting) => setting === name);
    return secret === undefined || given.includes(secret);
  });
  return Object.fromEntries(kept);
}

const copies = (nodes = ''): string => String(Math.min(COPIES, nodes.split(',').length));

function startedHere(environment: Environment): Environment {
  const file = join(environment['ENGINES_DIR'] ?? join(ROOT, '.engines'), 'engines.env');
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch {
    throw new ConfigError([
      'KAFKA_BROKERS: is not set, and no engines were started here: npm run engines:up starts them',
    ]);
  }
}
