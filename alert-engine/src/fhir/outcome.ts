import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { TITLES, failureOf } from '../api/problem.ts';

/** The content type of every resource here. */
export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** R4's issue types, by the HTTP status they go with. */
const ISSUE_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  429: 'throttled',
  503: 'transient',
};

/** Under `/fhir` an error is an OperationOutcome, as its clients read no other. */
export function answerWithOutcomes(fhir: FastifyInstance, logger: Logger): void {
  fhir.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const { status, detail, errors, headers } = failureOf(error, request, logger);
    const details = errors?.map((one) => `${one.pointer} ${one.detail}`) ?? [detail];
    return answer(reply.headers(headers), status, details);
  });
  fhir.setNotFoundHandler((_request, reply) => answer(reply, 404, ['no such resource or interaction']));
}

function answer(reply: FastifyReply, status: number, details: readonly (string | undefined)[]): FastifyReply {
  const code = ISSUE_TYPES[status] ?? (status < 500 ? 'processing' : 'exception');
  const issue = details.map((diagnostics) => ({
    severity: 'error',
    code,
    details: { text: TITLES[status]?.[1] ?? 'The request cannot be answered' },
    ...(diagnostics === undefined ? {} : { diagnostics }),
  }));
  return reply
    .code(status)
    .type(FHIR_JSON)
    .serializer((body: unknown) => JSON.stringify(body))
    .send({ resourceType: 'OperationOutcome', issue });
}
