import { isRetriable, VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** RFC 9457 problem details. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

type Problem = z.infer<typeof problemSchema>;

export const TITLES: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ['bad-request', 'The request is not as it should be'],
  401: ['unauthorized', 'A valid token is needed'],
  403: ['forbidden', 'The token does not allow this'],
  404: ['not-found', 'There is no such thing here'],
  405: ['method-not-allowed', 'The method is not allowed'],
  409: ['conflict', 'The state of things does not allow this'],
  413: ['too-large', 'The request is too large'],
  415: ['unsupported-media-type', 'The body must be JSON'],
  422: ['unprocessable', 'What is asked for is not allowed'],
  429: ['too-many-requests', 'Too many requests'],
  500: ['internal', 'Something went wrong'],
  503: ['unavailable', 'A store does not answer'],
};

/** An answer that is not the one asked for; `headers` go with it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

/** Missing and forbidden look alike, so that a token learns nothing of other regions. */
export const notFound = (what: string): ProblemError => new ProblemError(404, `no such ${what}`);

export const notANext = (): ProblemError => new ProblemError(400, '`after` is not the `next` of a page');

/** Every error, also the framework's own, becomes a problem document; what nobody foresaw is logged and not told. */
export function answerWithProblems(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const { status, detail, errors, headers } = failureOf(error, request, logger);
    return answer(request, reply.headers(headers), status, detail, errors);
  });
}

/** What a client is told of an error, whatever the document that says it. */
export interface Failure {
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: Problem['errors'];
  readonly headers: Readonly<Record<string, string>>;
}

/** What nobody foresaw is logged here, and has no `detail`. */
export function failureOf(error: FastifyError | Error, request: FastifyRequest, logger: Logger): Failure {
  const route = request.routeOptions.url;
  const plain = { errors: undefined, headers: {} };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      pointer: `#${instancePath}`,
      detail: message ?? 'is wrong',
    }));
    const where = error.validationContext ?? 'request';
    return { ...plain, status: 400, detail: `the ${where} is not as the API describes it`, errors };
  }
  if (error instanceof ProblemError) {
    return { ...plain, status: error.status, detail: error.message, headers: error.headers };
  }
  if (error instanceof VitalwireError && isRetriable(error)) {
    logger.warn({ err: error, route }, 'a store did not answer');
    return { ...plain, status: 503, detail: 'try again in a moment', headers: { 'retry-after': '2' } };
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status < 500) return { ...plain, status, detail: error.message };
  logger.error({ err: error, route }, 'a request failed');
  return { ...plain, status: 500, detail: undefined };
}

export function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  detail: string | undefined,
  errors?: Problem['errors'],
): FastifyReply {
  const [code, title] = TITLES[status] ?? ['error', 'The request cannot be answered'];
  const problem: Problem = {
    type: `urn:vitalwire:problem:${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    // The path alone: a query may carry what does not belong in an error that somebody pastes.
    instance: request.url.split('?')[0] ?? '',
    ...(errors === undefined ? {} : { errors }),
  };
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
}
