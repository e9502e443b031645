import { afterEach, expect, test, vi } from 'vitest';
import { SharedReads } from '../src/framing/shared-reads.ts';
import {
  connectPacket,
  openRaw,
  openWard,
  publishPacket,
  readingBytes,
  statesOf,
  topicOf,
  until,
} from './ward.ts';

afterEach(() => void vi.restoreAllMocks());

test('on a Node whose sockets cannot share a buffer they are read one by one, and all is as it was', async () => {
  const take = vi.spyOn(SharedReads.prototype, 'take').mockReturnValue(undefined);
  const ward = await openWard();
  const device = await openRaw(ward.gateway.port);
  device.send(await connectPacket('d1'));
  await until(() => device.packets.length === 1, 'CONNACK');
  for (let id = 1; id <= 100; id++) device.send(publishPacket(topicOf('d1'), readingBytes('d1', id), id));
  device.send({ cmd: 'pingreq' });
  await until(() => device.packets.length === 102, 'PUBACKs and PINGRESP');
  expect(ward.log.of('vitals.readings')).toHaveLength(100);
  device.socket.destroy();
  await until(() => statesOf(ward.log, 'd1').at(-1) === 'lost', 'the loss of the device');
  expect(take).toHaveBeenCalledTimes(1);
  await ward.gateway.stop();
});
