import { createServer, connect } from 'node:net';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { engineOfEachTest } from './engine-of-each-test.ts';
import { startEngine, tokenFor } from './engine.ts';
import { Station, stationsOf } from './station.ts';

const each = engineOfEachTest();
const { atEnd, start } = each;
const station = stationsOf(each);

describe('hello', () => {
  beforeEach(() => start({ bounds: { helloTimeoutMs: 150, clientFrameBytesMax: 2_048 } }));

  it.each([
    ['not JSON', 'hello?'],
    ['another frame', '{"type":"ping"}'],
    ['no token', '{"type":"hello"}'],
    ['regions that are no list', '{"type":"hello","token":"x","regions":"West"}'],
    ['an empty list of regions', '{"type":"hello","token":"x","regions":[]}'],
  ])('%s is malformed: 4400', async (_name, text) => {
    const client = new Station(each.engine.port);
    await client.opened();
    client.send(text);
    expect(await client.closed()).toBe(4400);
    expect(client.frames).toMatchObject([{ type: 'error', code: 'malformed' }]);
  });

  it('in a binary frame is malformed: 4400', async () => {
    const client = new Station(each.engine.port);
    await client.opened();
    client.socket.send(Buffer.from(JSON.stringify({ type: 'hello', token: each.token })));
    expect(await client.closed()).toBe(4400);
  });

  it('that does not come in time closes the connection', async () => {
    const client = new Station(each.engine.port);
    expect(await client.closed()).toBe(4400);
    expect(client.of('error')[0]?.message).toContain('no hello');
  });

  it('that is too large closes the connection', async () => {
    const client = await Station.greet(each.engine.port, { token: 'x'.repeat(4_000) });
    expect(await client.closed()).toBe(1009);
    await station();
  });

  it('with a token of somebody else is unauthorized: 4401', async () => {
    const client = await Station.greet(each.engine.port, { token: `${each.token}x` });
    expect(await client.closed()).toBe(4401);
    expect(client.frames).toMatchObject([{ type: 'error', code: 'unauthorized' }]);
    expect(JSON.stringify(client.frames)).not.toContain(each.token);
  });

  it('for a region outside the token, or that is none, is forbidden: 4403', async () => {
    for (const regions of [['Midwest'], ['West', 'Midwest'], ['Atlantis']]) {
      const client = await Station.greet(each.engine.port, { token: each.token, regions });
      expect(await client.closed()).toBe(4403);
      expect(client.frames).toMatchObject([{ type: 'error', code: 'forbidden' }]);
    }
  });

  it('said twice, or anything after it, is malformed', async () => {
    const client = await station();
    client.send('{}');
    expect(await client.closed()).toBe(4400);
  });

  it('is welcomed, then given a snapshot', async () => {
    const client = await station();
    expect(client.frames[0]).toMatchObject({ type: 'welcome', role: 'nurse' });
    expect(client.frames.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
  });
});

describe('a connection', () => {
  it('ends when its token does: 4401', async () => {
    await start();
    const client = await station({ token: await tokenFor('nurse', ['West'], '3s') });
    expect(await client.closed()).toBe(4401);
    expect(client.frames.at(-1)).toMatchObject({ code: 'unauthorized', message: 'the token has expired' });
  });

  it('too many is refused, and there is room again when one leaves', async () => {
    await start({ bounds: { clientsMax: 1 } });
    const first = await station();
    await expect(new Station(each.engine.port).opened()).rejects.toThrow('503');
    await first.leave();
    await eventually(() => station());
  });

  it('is told when the engine stops', async () => {
    await start();
    const client = await station();
    await each.engine.stop();
    expect(await client.closed()).toBe(1001);
  });

  it('to anything but /ws is not upgraded, and one that breaks off harms nothing', async () => {
    await start();
    const status = await new Promise<string>((resolve) => {
      const socket = connect(each.engine.port, '127.0.0.1', () => {
        socket.write(
          'GET /elsewhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
        );
      });
      socket.once('data', (data) => (resolve(data.toString().split('\r\n')[0] ?? ''), socket.destroy()));
    });
    expect(status).toBe('HTTP/1.1 404 Not Found');
    const half = connect(each.engine.port, '127.0.0.1', () => {
      half.write('GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n');
      half.resetAndDestroy();
    });
    half.on('error', () => {});
    await station();
  });
});

it('the engine does not start on a port that is taken, and lets go of everything', async () => {
  const holder = createServer();
  const port = await new Promise<number>((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  atEnd(() => new Promise((resolve) => holder.close(resolve)));
  await expect(startEngine(each.ports, { changes: { port } })).rejects.toThrow('EADDRINUSE');
  await start();
  await station();
});
