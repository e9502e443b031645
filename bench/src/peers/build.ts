/** `npm run peers -w bench`: builds the peers that no package brings, Telegraf (Go) and the Kafka Streams program (Maven), once. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TELEGRAF_VERSION, onPath, peersHome, streamsIn, telegrafIn } from './programs.ts';

const SOURCES = fileURLToPath(new URL('../../peers/', import.meta.url));
/** Of its hundreds of plugins, those the bridge needs. */
const TELEGRAF_TAGS = 'custom,inputs.mqtt_consumer,outputs.kafka,parsers.value,serializers.influx';

const home = peersHome();
let failed = false;
for (const build of [buildTelegraf, buildStreams]) {
  try {
    build();
  } catch (error) {
    failed = true;
    console.error(error instanceof Error ? error.message : error);
  }
}
if (onPath('mosquitto') === undefined)
  console.error('Mosquitto comes from a package (Debian: apt-get install mosquitto)');
process.exitCode = failed ? 1 : 0;

function buildTelegraf(): void {
  const target = telegrafIn(home);
  if (existsSync(target)) return console.log(`Telegraf is there: ${target}`);
  const go = need('go', 'Telegraf');
  console.log(`building Telegraf ${TELEGRAF_VERSION} (some two minutes)`);
  const download = run(
    go,
    ['mod', 'download', '-json', `github.com/influxdata/telegraf@v${TELEGRAF_VERSION}`],
    home,
  );
  const { Dir: module } = JSON.parse(download) as { Dir: string };
  const source = join(home, 'telegraf-source');
  rmSync(source, { recursive: true, force: true });
  // The module cache is read-only, and Go builds only what is its main module.
  run('cp', ['-r', module, source], home);
  run('chmod', ['-R', 'u+w', source], home);
  mkdirSync(dirname(target), { recursive: true });
  run(go, ['build', '-tags', TELEGRAF_TAGS, '-o', `${target}.new`, './cmd/telegraf'], source);
  renameSync(`${target}.new`, target);
  rmSync(source, { recursive: true, force: true });
}

function buildStreams(): void {
  const target = streamsIn(home);
  if (existsSync(join(target, 'classes'))) return console.log(`Kafka Streams is there: ${target}`);
  const maven = need('mvn', 'the Kafka Streams peer');
  console.log('building the Kafka Streams peer');
  const source = join(home, 'kafka-streams-source');
  rmSync(source, { recursive: true, force: true });
  cpSync(join(SOURCES, 'kafka-streams'), source, { recursive: true });
  run(maven, ['--batch-mode', '--quiet', 'compile', 'dependency:copy-dependencies'], source);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  renameSync(join(source, 'target', 'dependency'), join(target, 'lib'));
  renameSync(join(source, 'target', 'classes'), join(target, 'classes'));
  rmSync(source, { recursive: true, force: true });
}

function need(program: string, what: string): string {
  const found = onPath(program);
  if (found === undefined) throw new Error(`${what} needs ${program}, which is not here`);
  return found;
}

function run(program: string, args: readonly string[], cwd: string): string {
  mkdirSync(cwd, { recursive: true });
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
