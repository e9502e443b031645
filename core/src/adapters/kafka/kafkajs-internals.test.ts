import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import './kafkajs-internals.ts';

interface Queue {
  push(request: object): void;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
}

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => Queue;

test('a request fails at its timeout though its connection counts as closed', async () => {
  let isConnected = true;
  const logger = { namespace: () => logger, debug: () => {} };
  const queue = new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 50,
    enforceRequestTimeout: true,
    clientId: 'test',
    broker: 'nobody:1',
    logger,
    isConnected: () => isConnected,
  });
  queue.scheduleRequestTimeoutCheck();
  const answered = new Promise((resolve, reject) => {
    const entry = { apiKey: 1, apiName: 'Fetch', apiVersion: 11, correlationId: 1, resolve, reject };
    queue.push({ entry, expectResponse: true, sendRequest: () => {} });
  });
  isConnected = false;
  queue.destroy();
  await expect(answered).rejects.toMatchObject({ name: 'KafkaJSRequestTimeoutError' });
});
