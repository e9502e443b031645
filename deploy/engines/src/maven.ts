import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { needProgram, runLong } from './command.ts';
import type { Report } from './engine.ts';
import { writeWhole, type Layout } from './layout.ts';

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** A Java program as Maven knows it. */
export interface JarProgram {
  /** Names its folder: `kafka-4.1.1`. */
  readonly name: string;
  /** `group:artifact:version`; what these depend on comes along. */
  readonly coordinates: readonly string[];
}

export function jarFolder(layout: Layout, program: JarProgram): string {
  return layout.program(program.name, 'lib');
}

/** True when the jars there were fetched for exactly these coordinates. */
export function hasJars(layout: Layout, program: JarProgram): boolean {
  const pom = layout.program(program.name, 'pom.xml');
  return existsSync(pom) && readFileSync(pom, 'utf8') === renderPom(program);
}

/**
 * Puts a program's jars into its folder: a pom that only names dependencies, and Maven copies them with theirs. The
 * folder appears complete or not at all. Maven's own settings (mirrors, proxies) apply.
 */
export async function installJars(layout: Layout, program: JarProgram, report: Report): Promise<void> {
  if (hasJars(layout, program)) return;
  const { name } = program;
  const maven = needProgram('mvn', `installing ${name}`, 'install Maven (Debian: apt-get install maven)');
  const unfinished = layout.build(name);
  rmSync(unfinished, { recursive: true, force: true });
  const pom = join(unfinished, 'pom.xml');
  writeWhole(pom, renderPom(program));
  await runLong({
    step: `${name}: downloading jars with Maven`,
    program: maven,
    args: [
      '--batch-mode',
      `-Dmaven.repo.local=${layout.cache('maven')}`,
      `-DoutputDirectory=${join(unfinished, 'lib')}`,
      '-DincludeScope=runtime',
      '--file',
      pom,
      copyDependencies,
    ],
    cwd: unfinished,
    env: {},
    log: layout.log(`provision-${name}`),
    report,
  });
  rmSync(layout.program(name), { recursive: true, force: true });
  mkdirSync(dirname(layout.program(name)), { recursive: true });
  renameSync(unfinished, layout.program(name));
}

export function renderPom(program: JarProgram): string {
  const dependencies = program.coordinates.map((coordinate) => {
    const [groupId, artifactId, version] = coordinate.split(':');
    return `    <dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vitalwire.engines</groupId>
  <artifactId>${program.name}</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`;
}
