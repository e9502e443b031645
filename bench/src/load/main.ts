/** The load as a process of its own, so that its CPU is told apart; ends with its parent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { newHistogram, percentiles, record } from '../embedded.ts';
import type { FromLoad, LoadOptions, ToLoad } from './messages.ts';
import { patchedPublish } from './patched-publish.ts';
import { WindowDevice } from './window-device.ts';

const CONNECT_AT_ONCE = 50;
const BACKFILLED_FOR_MS = 12 * 3_600_000;

const latencies = newHistogram();
let acknowledged = 0;
let sent = 0;
let allowed = Infinity;
/** Devices with messages that are not allowed yet. */
let waiting: { readonly device: WindowDevice; readonly count: number }[] = [];

const tell = (message: FromLoad): void => void process.send?.(message);

process.once('disconnect', () => process.exit());
process.on('message', (message: ToLoad) => {
  switch (message.kind) {
    case 'start':
      void start(message.options);
      break;
    case 'allow': {
      allowed = message.messages;
      const owed = waiting;
      waiting = [];
      for (const { device, count } of owed) send(device, count);
      break;
    }
    case 'reset':
      latencies.reset();
      break;
    case 'report': {
      const { p50Ms, p99Ms } = percentiles(latencies);
      tell({ kind: 'report', acknowledged, p50Ms, p99Ms });
      break;
    }
  }
});

function send(device: WindowDevice, count: number): void {
  const now = Math.max(0, Math.min(count, allowed - sent));
  if (now < count) waiting.push({ device, count: count - now });
  if (now === 0) return;
  sent += now;
  device.send(now);
}

async function start(options: LoadOptions): Promise<void> {
  const { port, tokens, window, readingsPerMessage, devicePrefix } = options;
  allowed = options.allowed ?? Infinity;
  // Each reading of a device a millisecond after the one before, at most a thousand a second: never from the future. Batches are old.
  const firstAtMs = systemClock.now() - (readingsPerMessage > 1 ? BACKFILLED_FOR_MS : 0);
  const devices: WindowDevice[] = [];
  for (let from = 0; from < tokens.length; from += CONNECT_AT_ONCE) {
    const some = tokens.slice(from, from + CONNECT_AT_ONCE).map((token, i) => {
      const name = `${devicePrefix}${from + i}`;
      const publish = patchedPublish({
        deviceId: name,
        patientId: `P-${name}`,
        readingsPerMessage,
        firstAtMs,
        stepMs: 1,
      });
      return new WindowDevice(
        { port, deviceId: name, token, publish },
        {
          acknowledged(device, count) {
            acknowledged += count;
            send(device, count);
          },
          latency: (ms) => record(latencies, ms),
        },
      );
    });
    await Promise.all(some.map(({ connected }) => connected));
    devices.push(...some);
  }
  tell({ kind: 'connected' });
  await sleep(100);
  for (const device of devices) send(device, window);
}
