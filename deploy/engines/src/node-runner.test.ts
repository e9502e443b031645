import { createServer, type AddressInfo, type Server } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Daemon } from './daemon.ts';
import type { Engine, EngineNode } from './engine.ts';
import { freePort } from './free-ports.ts';
import { Layout } from './layout.ts';
import { askTcp, isPortFree } from './network.ts';
import { NodeRunner } from './node-runner.ts';

/** A server in one line of JavaScript stands for an engine: it answers with its pid. */
const answering = (port: number) =>
  `require('net').createServer((s) => s.end(String(process.pid))).listen(${port}, '127.0.0.1')`;
const deafToSigterm = `process.on('SIGTERM', () => {});`;

let layout: Layout;
const reported: string[] = [];

beforeEach(() => {
  layout = new Layout(mkdtempSync(join(tmpdir(), 'engines-')));
  reported.length = 0;
});

afterEach(async () => {
  await new Daemon('redis-1', layout).kill();
  rmSync(layout.home, { recursive: true, force: true });
});

function runnerOf(limits: { readySecondsMax?: number; stopSecondsMax?: number } = {}): NodeRunner {
  const engine = {
    name: 'redis',
    startOrder: 'together',
    readySecondsMax: 20,
    stopSecondsMax: 20,
    ...limits,
  };
  return new NodeRunner(engine as Engine, layout, (line) => reported.push(line));
}

function node(port: number, script = answering(port)): EngineNode {
  return {
    name: 'redis-1',
    ports: [{ host: '127.0.0.1', port, setting: 'ENGINES_REDIS_PORT' }],
    prepare: () => Promise.resolve(),
    command: () => ({ program: process.execPath, args: ['-e', script] }),
    probe: async () =>
      (await askTcp('127.0.0.1', port, Buffer.from('?'), (answer) => answer.length > 0)).length > 0,
  };
}

async function listen(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

test('start resolves when the node answers; stop takes the process and its port away', async () => {
  const [runner, it] = [runnerOf(), node(await freePort())];
  await runner.start([it]);
  const { pid, answers } = await runner.status(it);
  expect(answers).toBe(true);
  await runner.start([it]);
  expect((await runner.status(it)).pid).toBe(pid);
  await runner.stop([it]);
  expect(await runner.status(it)).toEqual({ pid: undefined, answers: false });
  expect(reported.at(-1)).toBe('redis-1: stopped');
});

test('a node deaf to SIGTERM is killed at its bound', async () => {
  const port = await freePort();
  const [runner, it] = [runnerOf({ stopSecondsMax: 0.2 }), node(port, deafToSigterm + answering(port))];
  await runner.start([it]);
  await runner.stop([it]);
  expect(runner.isRunning(it)).toBe(false);
  expect(await isPortFree('127.0.0.1', port)).toBe(true);
  expect(reported.at(-1)).toContain('killed, it did not stop within 0.2 s');
});

test('a node that ends while starting fails at once with the end of its log', async () => {
  const it = node(await freePort(), `console.log('no such folder'); process.exit(3)`);
  await expect(runnerOf().start([it])).rejects.toThrow(/redis-1 ended while starting[^]*no such folder/);
});

test('a node that never answers is ended', async () => {
  const [runner, it] = [
    runnerOf({ readySecondsMax: 0.3 }),
    node(await freePort(), `process.stdin.resume(); setInterval(() => {}, 1e6)`),
  ];
  await expect(runner.start([it])).rejects.toThrow('redis-1 did not answer within 0.3 s');
  expect(runner.isRunning(it)).toBe(false);
});

test("somebody else's port is one line with the holder and the setting", async () => {
  const { port, server } = await listen();
  const expected = `redis-1: port ${port} on 127.0.0.1 is already taken by .*\\(pid ${process.pid}\\), which is not ours: stop it, or set ENGINES_REDIS_PORT`;
  await expect(runnerOf().start([node(port)])).rejects.toThrow(new RegExp(expected));
  server.close();
});

test('a pid that was given to another process is not ours', async () => {
  const [runner, it] = [runnerOf(), node(await freePort())];
  await runner.start([it]);
  const file = layout.run('redis-1.pid');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/ \d+/, ' 1'));
  expect(runner.isRunning(it)).toBe(false);
  writeFileSync(file, text);
  expect(runner.isRunning(it)).toBe(true);
});
