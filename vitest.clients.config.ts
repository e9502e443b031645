import { defineConfig } from 'vitest/config';

/** `npm run test:clients`: outside MQTT clients (mosquitto_pub, paho-mqtt), which must be installed. */
export default defineConfig({
  test: {
    include: ['**/*.clients.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
  },
});
