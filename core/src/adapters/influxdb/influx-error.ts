import { HttpError } from '@influxdata/influxdb-client';
import { VitalwireError, messageOf } from '../../runtime/errors.ts';

const TOO_MANY_REQUESTS = 429;

/** What a failed call means: the server's "no" to this request, or a server that is away, busy or starting. */
export function influxError(error: unknown): VitalwireError {
  if (error instanceof VitalwireError) return error;
  if (error instanceof HttpError && error.statusCode < 500 && error.statusCode !== TOO_MANY_REQUESTS) {
    const setting =
      error.statusCode === 401 ? 'INFLUX_TOKEN: InfluxDB refused it' : 'InfluxDB refused the request';
    return new VitalwireError('rejected', `${setting} (${error.statusCode} ${error.message})`, {
      retriable: false,
      cause: error,
    });
  }
  return new VitalwireError('unavailable', `INFLUX_URL: InfluxDB does not answer (${messageOf(error)})`, {
    retriable: true,
    cause: error,
  });
}
