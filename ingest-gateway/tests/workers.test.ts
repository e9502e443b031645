import { afterEach, expect, test } from 'vitest';
import { openDevice, readingBytes, topicOf } from './ward.ts';
import { startGatewayWithWorkers, type GatewayWithWorkers } from './worker-processes.ts';

/** Processes start slowly on a machine that others use. */
const PATIENCE_MS = 90_000;
const MAIN = new URL('worker-pool-main.ts', import.meta.url);

let gateway: GatewayWithWorkers | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});
const open = async (workers: number): Promise<GatewayWithWorkers> =>
  (gateway = await startGatewayWithWorkers(MAIN, { GATEWAY_WORKERS: String(workers) }));
const wardOf = ({ mqttPort }: GatewayWithWorkers) => ({ gateway: { port: mqttPort } as never });

test(
  'workers share one port, and are one gateway to Prometheus and to the orchestrator',
  async () => {
    const pool = await open(2);
    expect(pool.workers()).toHaveLength(2);
    const devices = await Promise.all(['d1', 'd2', 'd3', 'd4'].map((id) => openDevice(wardOf(pool), id)));
    for (const device of devices) {
      const id = device.options.clientId ?? '';
      await device.publishAsync(topicOf(id), readingBytes(id, 1), { qos: 1 });
    }
    expect(await pool.metric('vitalwire_gateway_connections')).toBe(4);
    expect(await pool.metric('vitalwire_gateway_readings_accepted_total')).toBe(4);
    expect(await pool.metric('vitalwire_gateway_puback_latency_seconds_count')).toBe(4);
    expect(await pool.metric('vitalwire_gateway_workers')).toBe(2);
    expect(await pool.metric('process_start_time_seconds')).toBeGreaterThan(0);
    expect(await pool.ready()).toBe(true);
    for (const device of devices) await device.endAsync(true);
  },
  PATIENCE_MS,
);

test(
  'a worker that is killed is started anew, and its devices go on at another',
  async () => {
    const pool = await open(2);
    const before = pool.workers();
    const devices = await Promise.all(
      ['d1', 'd2'].map((id) => openDevice(wardOf(pool), id, { reconnectPeriod: 50 })),
    );
    process.kill(before[0] ?? 0, 'SIGKILL');
    // What was not acknowledged is sent again by the device.
    for (const device of devices) {
      const id = device.options.clientId ?? '';
      await device.publishAsync(topicOf(id), readingBytes(id, 1), { qos: 1 });
    }
    const workers = (): Promise<number> => pool.metric('vitalwire_gateway_workers');
    await expect.poll(workers, { timeout: PATIENCE_MS }).toBe(2);
    expect(await pool.metric('vitalwire_gateway_worker_restarts_total')).toBe(1);
    expect(pool.workers()).toContain(before[1]);
    expect(pool.workers()).not.toContain(before[0]);
    for (const device of devices) await device.endAsync(true);
  },
  PATIENCE_MS,
);

test(
  'a stop drains and ends all workers',
  async () => {
    const pool = await open(3);
    const workers = pool.workers();
    expect(workers).toHaveLength(3);
    expect(await pool.stop()).toBe(0);
    gateway = undefined;
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  },
  PATIENCE_MS,
);

test(
  'what is wrong with the configuration of all ends it with exit code 2',
  async () => {
    const taken = await open(2);
    const second = startGatewayWithWorkers(MAIN, { GATEWAY_WORKERS: '2', MQTT_PORT: String(taken.mqttPort) });
    await expect(second).rejects.toThrow('ended with 2');
  },
  PATIENCE_MS,
);
