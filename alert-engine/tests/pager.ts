import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Page {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // What is in it the tests say by what they expect of it.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** A status, nothing at all, or the end of the connection. */
export type PagerAnswer = number | 'nothing' | 'hang_up';

/** A webhook's receiver on the loopback. */
export interface Pager {
  readonly url: string;
  readonly pages: readonly Page[];
  answer: (page: Page) => PagerAnswer;
  stop(): void;
}

export async function startPager(answer: Pager['answer']): Promise<Pager> {
  const pages: Page[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const page = { headers: request.headers, text, body: JSON.parse(text) };
      pages.push(page);
      const said = pager.answer(page);
      if (said === 'hang_up') request.socket.destroy();
      else if (said !== 'nothing') response.writeHead(said).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pager: Pager = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    pages,
    answer,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return pager;
}
