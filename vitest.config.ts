import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { COMPILE_CACHE } from './core/src/runtime/compile-cache.ts';

// Of vitest's workers, and of the commands and components that tests start: most of their start is compiling.
process.env['NODE_COMPILE_CACHE'] ??= COMPILE_CACHE;

/** The longest, none of which should be what two cores wait for at the end. */
const LONGEST_FIRST = [
  'simulation/tests/seeds.test.ts',
  'device-simulator/tests/cli.test.ts',
  'stream-processors/tests/crashes.test.ts',
  'stream-processors/tests/recorded.test.ts',
  'device-simulator/tests/ledger.test.ts',
  'dashboards/nurse-station/tests/pages.test.ts',
  'dashboards/nurse-station/tests/station.test.ts',
  'dashboards/nurse-station/tests/wrong-clock.test.ts',
  'deploy/embedded/tests/kill.test.ts',
];

/** vitest begins with large files where it knows no durations, which is so in a fresh clone; how long a test takes and how long it is are two things. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST_FIRST.findIndex((path) => moduleId.endsWith(path));
      return index < 0 ? LONGEST_FIRST.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

const ELSEWHERE = ['**/node_modules/**', '**/dist/**', '**/*.engine.test.ts', '**/*.clients.test.ts'];
/** Tests beside the source, of functions and small objects: they start no process and change nothing that outlives them. */
const UNITS = [
  '{alert-engine,ingest-gateway,stream-processors,device-simulator,dashboards/nurse-station}/src/**/*.test.ts',
  'core/src/**/!(kill).test.ts',
];

/** `npm test`: everything that needs nothing but Node and a Chromium. Tests on real engines are `*.engine.test.ts` (npm run test:engines). */
export default defineConfig({
  test: {
    // How long a test may take says nothing of it on a machine with other guests: only one that hangs is to be ended.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // Most tests wait more than they compute; vitest would run one file at a time on two cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'others', include: ['**/*.test.ts'], exclude: [...ELSEWHERE, ...UNITS] },
      },
      {
        extends: true,
        // A worker loads the modules once for all of these files: loading them is most of what such a file costs.
        test: { name: 'units', include: UNITS, exclude: ELSEWHERE, isolate: false },
      },
    ],
  },
});
