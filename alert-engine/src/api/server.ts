import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import fastifySwagger from '@fastify/swagger';
import type { VerifyStaff } from '@vitalwire/core/identity/staff-tokens.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { readiness, type Dependency } from '@vitalwire/core/runtime/health.ts';
import type { Registry } from '@vitalwire/core/runtime/metrics.ts';
import fastify, { type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { AlertEngineConfig } from '../config.ts';
import { authenticate } from './access.ts';
import type { WebhookSecrets } from '../notify/senders/webhook-secrets.ts';
import type { ApiDeps, ApiServer } from './deps.ts';
import { fhirRoutes } from '../fhir/routes.ts';
import { ProblemError, answerWithProblems } from './problem.ts';
import { RateLimit } from './rate-limit.ts';
import { admissionRoutes } from './routes/admissions.ts';
import { alarmPauseRoutes } from './routes/alarm-pause.ts';
import { alertRoutes } from './routes/alerts.ts';
import { analyticsRoutes } from './routes/analytics.ts';
import { callbackRoutes } from './routes/callbacks.ts';
import { careRoutes } from './routes/care.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { patientRoutes } from './routes/patients.ts';
import { reportRoutes } from './routes/reports.ts';
import { vitalsRoutes } from './routes/vitals.ts';
import { addSecurityHeaders, serveStation } from './station.ts';

export interface ServerDeps extends ApiDeps {
  readonly exposition: Pick<Registry, 'metrics' | 'contentType'>;
  readonly verifyStaff: VerifyStaff;
  readonly webhookSecrets: () => WebhookSecrets;
  readonly dependencies: readonly Dependency[];
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

const BODY_BYTES_MAX = 16_384;

/** The HTTP server, not yet listening: API, health, metrics, station, and the way to the WebSocket. */
export async function buildServer(config: AlertEngineConfig, deps: ServerDeps): Promise<FastifyInstance> {
  const app = fastify({
    // Requests are counted, not logged: their addresses name patients.
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    forceCloseConnections: true,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('identity', undefined);
  tolerateEmptyBodies(app);
  addSecurityHeaders(app);
  answerWithProblems(app, deps.logger);
  countRequests(app, deps);
  await describeItself(app);
  health(app, deps.dependencies, deps.exposition, deps.clock);
  await app.register(
    (api, _options, done) => {
      guard(api, config, deps);
      const typed: ApiServer = api.withTypeProvider<ZodTypeProvider>();
      patientRoutes(typed, deps);
      vitalsRoutes(typed, deps);
      reportRoutes(typed, deps);
      analyticsRoutes(typed, deps);
      alertRoutes(typed, deps);
      alarmPauseRoutes(typed, deps);
      careRoutes(typed, deps);
      deliveryRoutes(typed, deps);
      admissionRoutes(typed, deps);
      done();
    },
    { prefix: '/api' },
  );
  await app.register(
    (fhir, _options, done) => {
      guard(fhir, config, deps);
      fhirRoutes(fhir.withTypeProvider<ZodTypeProvider>(), deps);
      done();
    },
    { prefix: '/fhir' },
  );
  await app.register(
    (callbacks, _options, done) => {
      callbackRoutes(callbacks, { ...deps, requestsPerSecond: config.bounds.requestsPerSecond });
      done();
    },
    { prefix: '/callbacks' },
  );
  await serveStation(app, config.stationRoot);
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // An error of a socket that nobody listens to would end the process.
    socket.on('error', () => socket.destroy());
    if ((request.url ?? '').split('?')[0] === '/ws') deps.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  });
  return app;
}

/** A POST without a body may still call itself JSON. */
function tolerateEmptyBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    // The parser's type allows a promise and it never makes one.
    else void parse(request, body as string, done);
  });
}

function countRequests(app: FastifyInstance, deps: ServerDeps): void {
  app.addHook('onResponse', (request, reply, done) => {
    deps.metrics.httpRequests.observe(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: String(reply.statusCode),
      },
      reply.elapsedTime / 1000,
    );
    done();
  });
}

/** OpenAPI 3.1 at /api/openapi.json: what the API is, no data, so it needs no token. */
async function describeItself(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Vitalwire',
        version: '1',
        description:
          'Patients, vitals and alerts. Times are ISO 8601, UTC; temperature is °F. Errors are RFC 9457 problem details.',
      },
      components: { securitySchemes: { staff: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ staff: [] }],
    },
    transform: jsonSchemaTransform,
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

function health(
  app: FastifyInstance,
  dependencies: readonly Dependency[],
  exposition: ServerDeps['exposition'],
  clock: Clock,
): void {
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'alive' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const state = await readiness(dependencies, clock);
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(exposition.contentType).send(await exposition.metrics()),
  );
}

/** No token, no data; and no more than so many requests a person. */
function guard(
  api: FastifyInstance,
  config: AlertEngineConfig,
  { clock, verifyStaff }: Pick<ServerDeps, 'clock' | 'verifyStaff'>,
): void {
  const limit = new RateLimit(clock, config.bounds.requestsPerSecond);
  api.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    request.identity = await authenticate(request.headers.authorization, verifyStaff, clock.now());
    if (!limit.take(request.identity.name)) {
      throw new ProblemError(429, 'slow down', { 'retry-after': '1' });
    }
  });
}
