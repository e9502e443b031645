import { defineConfig } from 'vitest/config';

/** `npm test`: everything that needs nothing but Node and a Chromium. Tests on real engines are `*.engine.test.ts` (npm run test:engines). */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.engine.test.ts', '**/*.clients.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Most tests wait more than they compute; vitest would run one file at a time on two cores.
    maxWorkers: 3,
  },
});
