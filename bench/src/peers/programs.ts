/** Where the peers' programs are: named by the environment, built by `npm run peers -w bench`, or on the path. */
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export const TELEGRAF_VERSION = '1.37.2';
export const STREAMS_VERSION = '4.1.1';

/** What is built is kept outside the checkout. */
export function peersHome(environment: NodeJS.ProcessEnv = process.env): string {
  const folder = environment['PEERS_DIR'];
  return folder ? resolve(folder) : join(homedir(), '.cache', 'vitalwire', 'peers');
}

export const telegrafIn = (home: string): string => join(home, `telegraf-${TELEGRAF_VERSION}`, 'telegraf');
export const streamsIn = (home: string): string => join(home, `kafka-streams-${STREAMS_VERSION}`);

export interface BridgePrograms {
  readonly mosquitto: string;
  readonly telegraf: string;
}

/** The programs, or one line that says what is missing and how to get it. */
export function findBridge(): BridgePrograms | string {
  const mosquitto = process.env['MOSQUITTO'] ?? onPath('mosquitto');
  const telegraf = process.env['TELEGRAF'] ?? built(telegrafIn(peersHome())) ?? onPath('telegraf');
  if (mosquitto === undefined)
    return 'Mosquitto is not here (Debian: apt-get install mosquitto; or MOSQUITTO=<program>)';
  if (telegraf === undefined)
    return 'Telegraf is not here (npm run peers -w bench builds it with Go; or TELEGRAF=<program>)';
  return { mosquitto, telegraf };
}

export interface StreamsProgram {
  readonly java: string;
  readonly classPath: string;
}

export function findStreams(): StreamsProgram | string {
  const java = onPath('java');
  if (java === undefined) return 'Java is not here (Debian: apt-get install openjdk-17-jre-headless)';
  const home = streamsIn(peersHome());
  if (!existsSync(join(home, 'classes', 'Peer.class'))) {
    return 'the Kafka Streams peer is not built (npm run peers -w bench builds it with Maven)';
  }
  return { java, classPath: [join(home, 'classes'), join(home, 'lib', '*')].join(delimiter) };
}

const built = (program: string): string | undefined => (existsSync(program) ? program : undefined);

/** Daemons are often where only root's path looks. */
export function onPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .map((folder) => join(folder, name))
    .find((program) => {
      try {
        accessSync(program, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
