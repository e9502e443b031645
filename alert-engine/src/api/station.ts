import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { answer } from './problem.ts';

/** The station's own page needs its own scripts, styles and socket, and nothing from anywhere else; no inline script or style. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer, the API's too. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    done();
  });
}

/** Files whose name holds a digest of their content never change; the page that names them is always asked for anew. */
const IMMUTABLE = /[\\/]assets[\\/][^\\/]+-[\w-]{8,}\.\w+$/;

/**
 * Serves the built station at `/`. A path that is no file is the station's own route, so a browser asking for a page gets the page;
 * anything else that is not there is a 404 problem.
 */
export async function serveStation(app: FastifyInstance, root: string | undefined): Promise<void> {
  if (root !== undefined) {
    await app.register(fastifyStatic, {
      root,
      cacheControl: false,
      schemaHide: true,
      setHeaders: (reply, path) => {
        reply.header(
          'cache-control',
          IMMUTABLE.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    });
  }
  app.setNotFoundHandler((request, reply): FastifyReply => {
    const asksForPage =
      request.method === 'GET' &&
      (request.headers.accept ?? '').includes('text/html') &&
      !/^\/(api|fhir|ws|metrics|healthz|readyz)(\/|\?|$)/.test(request.url);
    if (root !== undefined && asksForPage) return reply.sendFile('index.html');
    return answer(request, reply, 404, 'no such resource');
  });
}
