import type { EngineOfEachTest } from './engine-of-each-test.ts';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
  // The bodies are checked against the OpenAPI document and by what the tests expect of them.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** `token`: the nurse's, where none is given; none is sent where it is empty. */
export type Request = RequestInit & { token?: string };

/** Calls of the engine's HTTP API. */
export function callsOf(each: EngineOfEachTest): {
  readonly call: (path: string, init?: Request) => Promise<Answer>;
  readonly post: (path: string, init?: Request) => Promise<Answer>;
} {
  async function call(path: string, init: Request = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (init.token !== '') headers.set('authorization', `Bearer ${init.token ?? each.token}`);
    const response = await fetch(`http://127.0.0.1:${each.engine.port}${path}`, { ...init, headers });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      type,
      headers: response.headers,
      text,
      body: type.includes('json') ? JSON.parse(text) : undefined,
    };
  }
  return { call, post: (path, init = {}) => call(path, { method: 'POST', ...init }) };
}
