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
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // The engines and the tests share two cores.
    fileParallelism: false,
  },
});
