/**
 * Chromium as a person has it, for what a test harness keeps from happening: Playwright tells every page that it is seen. Tabs here are
 * driven by the plain DevTools protocol, and one that lies behind another is really hidden: no frames, timers held back.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { chromiumPath } from '@vitalwire/core/testing/chromium.ts';
import { STATION_ARGS } from './chromium.ts';

export interface Tab {
  evaluate(expression: string): Promise<unknown>;
  /** A real key, and so a person's gesture. */
  press(key: string): Promise<void>;
  toFront(): Promise<void>;
}

export interface Tabs {
  /** `init` runs in the page before anything of it. */
  open(url: string, init?: string): Promise<Tab>;
  close(): Promise<void>;
}

type Result = Record<string, unknown>;

export async function openTabs(): Promise<Tabs> {
  const profile = await mkdtemp(join(tmpdir(), 'nurse-station-tabs-'));
  const args = [...STATION_ARGS, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const browser = spawn(chromiumPath(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const socket = new WebSocket(await addressOf(browser));
  await once(socket, 'open');
  const answers = new Map<number, PromiseWithResolvers<Result>>();
  let sent = 0;
  socket.on('message', (data: Buffer) => {
    const { id, result, error } = JSON.parse(data.toString()) as {
      id?: number;
      result?: Result;
      error?: { message: string };
    };
    const answer = id === undefined ? undefined : answers.get(id);
    if (error === undefined) answer?.resolve(result ?? {});
    else answer?.reject(new Error(error.message));
  });
  const send = (method: string, params: object = {}, sessionId?: string): Promise<Result> => {
    const answer = Promise.withResolvers<Result>();
    answers.set(++sent, answer);
    socket.send(
      JSON.stringify({ id: sent, method, params, ...(sessionId === undefined ? {} : { sessionId }) }),
    );
    return answer.promise;
  };
  return {
    async open(url, init) {
      const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      const tell = (method: string, params: object = {}) => send(method, params, String(sessionId));
      await tell('Page.enable');
      if (init !== undefined) await tell('Page.addScriptToEvaluateOnNewDocument', { source: init });
      await tell('Page.navigate', { url });
      return {
        async evaluate(expression) {
          const { result } = await tell('Runtime.evaluate', { expression, returnByValue: true });
          return (result as { value?: unknown }).value;
        },
        async press(key) {
          await tell('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key });
          await tell('Input.dispatchKeyEvent', { type: 'keyUp', key });
        },
        async toFront() {
          await send('Target.activateTarget', { targetId });
        },
      };
    },
    async close() {
      const ended = once(browser, 'exit');
      socket.close();
      browser.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function addressOf(browser: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of browser.stderr ?? []) {
    said += String(chunk);
    const [address] = /ws:\/\/\S+/.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`Chromium ended: ${said}`);
}
