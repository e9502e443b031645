import { errors } from 'cassandra-driver';
import { VitalwireError, messageOf } from '../../runtime/errors.ts';

/** What a failed call means: the cluster's "no" to this statement, or nodes that are away, busy or too few. */
export function cassandraError(error: unknown): VitalwireError {
  if (error instanceof VitalwireError) return error;
  if (error instanceof errors.AuthenticationError) {
    return new VitalwireError(
      'rejected',
      `CASSANDRA_CONTACT_POINTS: Cassandra refused the login (${error.message})`,
      { retriable: false, cause: error },
    );
  }
  if (error instanceof errors.ArgumentError || (error instanceof errors.ResponseError && !isPassing(error))) {
    return new VitalwireError('rejected', `Cassandra refused the statement (${error.message})`, {
      retriable: false,
      cause: error,
    });
  }
  return new VitalwireError(
    'unavailable',
    `CASSANDRA_CONTACT_POINTS: Cassandra does not answer (${messageOf(error)})`,
    {
      retriable: true,
      cause: error,
    },
  );
}

/** Server errors that may be gone the next time: overloaded, bootstrapping, too few replicas, timeouts. */
const PASSING_CODES = new Set([0x1000, 0x1001, 0x1002, 0x1100, 0x1200, 0x1300, 0x1500]);

function isPassing(error: errors.ResponseError): boolean {
  return PASSING_CODES.has(error.code);
}
