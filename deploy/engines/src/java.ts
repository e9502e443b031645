import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { needProgram } from './command.ts';
import { EngineFailure } from './failure.ts';
import type { Layout } from './layout.ts';

const execute = promisify(execFile);
const install = 'install a Java 17 runtime (Debian: apt-get install openjdk-17-jre-headless)';

/** The `java` to run: of JAVA_HOME, or else the first on the PATH. */
export function javaProgram(): string {
  const home = process.env['JAVA_HOME'];
  if (home) {
    const java = join(home, 'bin', 'java');
    try {
      accessSync(java, constants.X_OK);
      return java;
    } catch {
      // A stale JAVA_HOME is common; the PATH may still have one.
    }
  }
  return needProgram('java', 'running Kafka and Cassandra', install);
}

/** Fails with one clear line unless `java` is of a version the engine runs on. */
export async function needJava(engine: string, oldest: number, newest: number): Promise<void> {
  const java = javaProgram();
  // `java -version` prints to stderr, by tradition: openjdk version "17.0.15" 2025-04-15
  const { stderr } = await execute(java, ['-version']);
  const major = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (major >= oldest && major <= newest) return;
  const range = oldest === newest ? `${oldest}` : `${oldest} to ${newest}`;
  throw new EngineFailure(
    `${engine} runs on Java ${range}, but ${java} is Java ${major}: ${install} and name it with JAVA_HOME`,
    2,
  );
}

/** Keeps what a JVM and its native libraries put into temporary files under the engines' folder too. */
export function scratchArguments(layout: Layout): readonly string[] {
  const folder = layout.run('tmp');
  mkdirSync(folder, { recursive: true });
  return [`-Djava.io.tmpdir=${folder}`, '-XX:+PerfDisableSharedMem'];
}
