import { defineConfig } from 'vitest/config';

/** `npm run test:engines`: on real Kafka, InfluxDB, Cassandra and Redis, whose addresses are in the environment (npm run engines:up). */
export default defineConfig({
  test: {
    include: ['**/*.engine.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // The engines and the tests share two cores.
    fileParallelism: false,
  },
});
