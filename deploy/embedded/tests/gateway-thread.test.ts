import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startTestDeployment, type TestDeployment } from './support/deployment.ts';
import { plainDevice } from './support/plain-client.ts';

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startTestDeployment({ GATEWAY_THREAD: 'true' });
});
afterAll(() => deployment.stop());

test('with a thread for the gateway a reading comes as far, and /metrics has both threads', async () => {
  const device = await plainDevice(deployment, 'MON-1', 'P-1');
  const { measuredAtMs } = await device.publish(Date.now(), { heartbeat: 72 });
  const at = new Date(measuredAtMs).toISOString();
  await eventually(
    () => deployment.get<{ points: { at: string }[] }>('/api/patients/P-1/vitals?resolution=raw'),
    ({ points }) => points.some((point) => point.at === at),
  );
  const metrics = await (await fetch(`${deployment.httpUrl}/metrics`)).text();
  expect(metrics).toMatch(/^vitalwire_gateway_connections\{component="embedded"\} 1$/m);
  expect(metrics).toMatch(/^process_resident_memory_bytes\{component="embedded"\}/m);
  await device.close();
});
