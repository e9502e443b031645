import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import mqtt from 'mqtt';
import type { ConnectTransport } from './transport.ts';

/** MQTT 3.1.1 over mqtt.js. */
export const connectMqtt: ConnectTransport = (options, events) => {
  const client = mqtt.connect(options.url, {
    clientId: options.deviceId,
    username: options.deviceId,
    password: options.token,
    clean: true,
    keepalive: options.keepaliveS,
    connectTimeout: options.connectTimeoutMs,
    // The device reconnects and resends by its own rules.
    reconnectPeriod: 0,
    ...(options.will && {
      will: {
        topic: options.will.topic,
        payload: Buffer.from(options.will.payload),
        qos: 1,
        retain: true,
      },
    }),
  });
  let refused = false;
  let reason = 'the connection was closed';
  let isClosed = false;
  client.on('connect', () => events.onConnected());
  client.on('error', (error) => {
    const code = 'code' in error ? error.code : undefined;
    // mqtt.js gives CONNACK's return code as a number, the system's errors as text.
    refused = typeof code === 'number';
    // A host with several addresses fails with an AggregateError that has no message.
    reason = messageOf(error) || String(code);
  });
  client.once('close', () => {
    isClosed = true;
    // Frees its timers and forgets what was not acknowledged.
    client.end(true);
    events.onClosed({ refused, reason });
  });
  return {
    publish({ topic, payload, retain }, onAcknowledged) {
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      client.publish(topic, bytes, { qos: 1, retain }, (error) => {
        if (isClosed || !client.connected) return;
        onAcknowledged(error ? { reason: messageOf(error) } : undefined);
      });
    },
    end: () => client.endAsync(),
    drop() {
      client.stream.destroy();
    },
  };
};
