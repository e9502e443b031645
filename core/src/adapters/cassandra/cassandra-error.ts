import { errors } from 'cassandra-driver';
import { VitalwireError, messageOf } from '../../runtime/errors.ts';
import { tlsSettingOf } from '../engine-tls.ts';

/** What a failed call means: the cluster's "no" to this statement, or nodes that are away, busy or too few. */
export function cassandraError(error: unknown): VitalwireError {
  if (error instanceof VitalwireError) return error;
  const refused = refusalIn(error);
  if (refused) return new VitalwireError('rejected', refused, { retriable: false, cause: error });
  return new VitalwireError(
    'unavailable',
    `${settingBehind(error)}: Cassandra does not answer (${reasonOf(error)})`,
    { retriable: true, cause: error },
  );
}

/** The driver wraps what each node said: its "no" is as final as one that came by itself. */
function refusalIn(error: unknown): string | undefined {
  for (const cause of [error, ...causesOf(error)]) {
    if (cause instanceof errors.AuthenticationError)
      return `CASSANDRA_USERNAME: Cassandra refused the login (${cause.message})`;
    if (cause instanceof errors.ArgumentError && cause.message.startsWith('localDataCenter'))
      return `CASSANDRA_LOCAL_DC: ${cause.message}`;
    if (
      cause instanceof errors.ArgumentError ||
      cause instanceof TypeError ||
      (cause instanceof errors.ResponseError && !isPassing(cause))
    )
      return `Cassandra refused the statement (${cause.message})`;
  }
  return undefined;
}

function settingBehind(error: unknown): string {
  const settings = [error, ...causesOf(error)].map((cause) =>
    tlsSettingOf(cause, { ca: 'CASSANDRA_TLS_CA', tls: 'CASSANDRA_TLS' }),
  );
  return settings.find((setting) => setting !== undefined) ?? 'CASSANDRA_CONTACT_POINTS';
}

function causesOf(error: unknown): unknown[] {
  return error instanceof errors.NoHostAvailableError ? Object.values(error.innerErrors ?? {}) : [];
}

/** The driver's own message holds a stack. */
function reasonOf(error: unknown): string {
  if (!(error instanceof errors.NoHostAvailableError)) return messageOf(error);
  const byHost = Object.entries(error.innerErrors ?? {});
  if (byHost.length === 0) return error.message;
  return byHost.map(([host, cause]) => `${host}: ${messageOf(cause)}`).join('; ');
}

/** Server errors that may be gone the next time: overloaded, bootstrapping, too few replicas, timeouts. */
const PASSING_CODES = new Set([0x1000, 0x1001, 0x1002, 0x1100, 0x1200, 0x1300, 0x1500]);

function isPassing(error: errors.ResponseError): boolean {
  return PASSING_CODES.has(error.code);
}
