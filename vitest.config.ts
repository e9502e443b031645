import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The longest test, which is a small file, goes first. vitest begins with large files where it knows no durations, which is so in a fresh clone: the
 * seeds then began last, and for half a minute ran alone.
 */
class SeedsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSeeds = ({ moduleId }: TestSpecification) => moduleId.endsWith('/simulation/tests/seeds.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isSeeds), ...sorted.filter((file) => !isSeeds(file))];
  }
}

/** `npm test`: everything that needs nothing but Node and a Chromium. Tests on real engines are `*.engine.test.ts` (npm run test:engines). */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.engine.test.ts', '**/*.clients.test.ts'],
    // How long a test may take says nothing of it on a machine with other guests: only one that hangs is to be ended.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most tests wait more than they compute; vitest would run one file at a time on two cores.
    maxWorkers: 3,
    sequence: { sequencer: SeedsFirst },
  },
});
