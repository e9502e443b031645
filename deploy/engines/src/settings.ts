import { join, resolve } from 'node:path';
import { EngineFailure } from './failure.ts';

/** Every port an engine listens on, by the environment variable that moves it. */
export const portDefaults = {
  ENGINES_KAFKA_PORT: 9092,
  ENGINES_KAFKA_CONTROLLER_PORT: 9093,
  ENGINES_CASSANDRA_PORT: 9042,
  ENGINES_CASSANDRA_STORAGE_PORT: 7000,
  ENGINES_INFLUX_PORT: 8086,
  ENGINES_REDIS_PORT: 6379,
} as const;

export type PortSetting = keyof typeof portDefaults;
export type Ports = Readonly<Record<PortSetting, number>>;

export const portSettings = Object.keys(portDefaults) as PortSetting[];

export interface EngineSettings {
  /** The folder that holds everything: downloads, programs, data, logs, pid files. */
  readonly home: string;
  readonly ports: Ports;
}

/** Reads the environment once; a mistake in it is one clear line and exit code 2. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): EngineSettings {
  const repositoryRoot = resolve(import.meta.dirname, '../../..');
  const folder = environment['ENGINES_DIR'];
  const ports = Object.fromEntries(
    portSettings.map((setting) => [setting, readPort(setting, environment[setting])]),
  ) as Record<PortSetting, number>;
  return Object.freeze({
    home: folder ? resolve(repositoryRoot, folder) : join(repositoryRoot, '.engines'),
    ports: Object.freeze(ports),
  });
}

function readPort(setting: PortSetting, text: string | undefined): number {
  if (text === undefined || text === '') return portDefaults[setting];
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new EngineFailure(`${setting} must be a port number from 1 to 65535, not "${text}"`, 2);
  }
  return port;
}
