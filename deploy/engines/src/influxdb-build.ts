import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, needProgram, runLong } from './command.ts';
import type { Report } from './engine.ts';
import { EngineFailure } from './failure.ts';
import { writeWhole, type Layout } from './layout.ts';

const execute = promisify(execFile);
const goModule = 'github.com/influxdata/influxdb/v2';

/**
 * Builds influxd from its Go module into `target`, with the Rust library of its query language, flux. Some six
 * minutes on two slow cores, once. Go's checksum database vouches for what is downloaded.
 */
export async function buildInfluxd(
  layout: Layout,
  version: string,
  target: string,
  report: Report,
): Promise<void> {
  const go = await needGo();
  needProgram('cargo', 'building InfluxDB', 'install Rust (rustup, or Debian: apt-get install cargo)');
  needProgram('cc', 'building InfluxDB', 'install a C compiler (Debian: apt-get install gcc libc6-dev)');
  const source = layout.build('influxdb', 'source');
  const tools = layout.build('influxdb', 'tools');
  const env = await buildEnvironment(layout, tools);
  const common = { program: go, env, log: layout.log('provision-influxdb'), report };

  mkdirSync(dirname(source), { recursive: true });
  await runLong({
    ...common,
    step: `influxdb: downloading the source, ${version}`,
    args: ['mod', 'download', `${goModule}@v${version}`],
    cwd: dirname(source),
  });
  await copyModule(layout.cache('go-mod', `${goModule}@v${version}`), source);
  // From inside the module, so that the version is the one InfluxDB's go.mod names.
  await runLong({
    ...common,
    step: 'influxdb: building pkg-config, which builds flux for Go',
    args: ['build', '-o', join(tools, 'pkg-config'), 'github.com/influxdata/pkg-config'],
    cwd: source,
  });
  const unfinished = layout.build('influxdb', 'influxd');
  await runLong({
    ...common,
    step: 'influxdb: downloading modules and building influxd (Go and Rust, some minutes)',
    args: [
      'build',
      '-v',
      '-trimpath',
      '-tags',
      buildTags(),
      '-ldflags',
      `-s -w -X main.version=${version}`,
      '-o',
      unfinished,
      './cmd/influxd',
    ],
    cwd: source,
  });
  mkdirSync(dirname(target), { recursive: true });
  renameSync(unfinished, target);
  // Two gigabytes of object files serve nobody any more. Downloads stay, so that a rebuild works offline.
  rmSync(layout.build('influxdb'), { recursive: true, force: true });
  rmSync(layout.cache('go-build'), { recursive: true, force: true });
}

/** From 1.21 on, Go fetches the newer release that a module asks for; before, the build fails after minutes of downloads. */
async function needGo(): Promise<string> {
  const install = 'install Go 1.21 or newer';
  const go = needProgram('go', 'building InfluxDB', install);
  const { stdout } = await execute(go, ['env', 'GOVERSION']);
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (Number(major) > 1 || Number(minor) >= 21) return go;
  throw new EngineFailure(`InfluxDB needs Go 1.21 or newer, but ${go} is ${stdout.trim()}: ${install}`, 2);
}

/** Flux's assembly exists for amd64 alone; elsewhere it must be left out or the server panics. */
function buildTags(): string {
  return ['sqlite_foreign_keys', 'sqlite_json', ...(process.arch === 'x64' ? [] : ['noasm'])].join(',');
}

async function buildEnvironment(layout: Layout, tools: string): Promise<Record<string, string>> {
  // Flux's Rust library turns warnings into errors, and compilers newer than it have learnt new warnings.
  const wrapper = join(tools, 'rustc-cap-lints');
  writeWhole(wrapper, '#!/bin/sh\nexec "$@" --cap-lints warn\n');
  chmodSync(wrapper, 0o755);
  const cargoHome = layout.cache('cargo');
  keepCargoSettings(cargoHome);
  return {
    CGO_ENABLED: '1',
    GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -mod=mod -buildvcs=false`.trim(),
    GOPATH: layout.cache('go'),
    GOMODCACHE: layout.cache('go-mod'),
    GOCACHE: layout.cache('go-build'),
    CARGO_HOME: cargoHome,
    PKG_CONFIG: join(tools, 'pkg-config'),
    RUSTC_WRAPPER: wrapper,
    ...(await rustToolchain()),
  };
}

/** Flux's sources ask rustup for one old toolchain by number; the installed one does, and needs no download. */
async function rustToolchain(): Promise<Record<string, string>> {
  const rustup = findProgram('rustup');
  if (process.env['RUSTUP_TOOLCHAIN'] || rustup === undefined) return {};
  const { stdout } = await execute(rustup, ['default']);
  const toolchain = stdout.trim().split(' ')[0];
  return toolchain ? { RUSTUP_TOOLCHAIN: toolchain } : {};
}

/** Cargo's downloads go into the cache, but a mirror or proxy set for this user must still hold. */
function keepCargoSettings(cargoHome: string): void {
  mkdirSync(cargoHome, { recursive: true });
  const usersHome = process.env['CARGO_HOME'] ?? join(homedir(), '.cargo');
  for (const file of ['config.toml', 'config', 'credentials.toml']) {
    const link = join(cargoHome, file);
    rmSync(link, { force: true });
    if (existsSync(join(usersHome, file))) symlinkSync(join(usersHome, file), link);
  }
}

/** Go's module cache is read-only, and the build writes go.sum beside the sources. */
async function copyModule(from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  await execute('cp', ['-R', '--no-preserve=mode', from, to]);
}
