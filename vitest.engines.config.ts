import { defineConfig } from 'vitest/config';

/**
 * `npm run test:engines`: on real Kafka, InfluxDB, Cassandra and Redis. Those that the environment names, else this machine's own (deploy/engines),
 * which are brought up for the run and taken down after it.
 */
export default defineConfig({
  test: {
    include: ['**/*.engine.test.ts'],
    globalSetup: ['deploy/distributed/tests/support/engines-for-tests.ts'],
    exclude: ['**/node_modules/**'],
    // Only what hangs is to be ended: patience costs nothing where a test passes, and a machine may be busy with others.
    testTimeout: 400_000,
    hookTimeout: 400_000,
    env: { VITALWIRE_TEST_PATIENCE_MS: '120000' },
    // What components say is for whoever looks for why a test failed.
    silent: 'passed-only',
    pool: 'forks',
    // The engines and the tests share two cores.
    fileParallelism: false,
  },
});
