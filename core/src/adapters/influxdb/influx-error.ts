import { HttpError } from '@influxdata/influxdb-client';
import { VitalwireError, messageOf } from '../../runtime/errors.ts';
import { tlsSettingOf } from '../engine-tls.ts';

const UNAUTHORIZED = 401;
const NOT_FOUND = 404;
const UNPROCESSABLE = 422;
const TOO_MANY_REQUESTS = 429;

/** What a failed call means: the server's "no" to this request, naming the setting behind it, or a server that is away, busy or starting. */
export function influxError(error: unknown): VitalwireError {
  if (error instanceof VitalwireError) return error;
  if (error instanceof HttpError && error.statusCode < 500 && error.statusCode !== TOO_MANY_REQUESTS) {
    return new VitalwireError('rejected', refusal(error), { retriable: false, cause: error });
  }
  const setting = tlsSettingOf(error, { ca: 'INFLUX_TLS_CA', tls: 'INFLUX_URL' }) ?? 'INFLUX_URL';
  return new VitalwireError('unavailable', `${setting}: InfluxDB does not answer (${reasonOf(error)})`, {
    retriable: true,
    cause: error,
  });
}

/** Some of a batch lay beyond the bucket's retention: the server kept the others, and those would be gone by now anyway. */
export const isBeyondRetention = (error: unknown): boolean =>
  error instanceof HttpError &&
  error.statusCode === UNPROCESSABLE &&
  /(outside|beyond) retention policy/.test(error.message);

/** Somebody else made the same bucket first. */
export const isTaken = (error: unknown): boolean =>
  error instanceof HttpError && error.statusCode === UNPROCESSABLE && /already exists/.test(error.message);

export const isMissing = (error: unknown): boolean =>
  error instanceof HttpError && error.statusCode === NOT_FOUND;

function refusal(error: HttpError): string {
  if (error.statusCode === UNAUTHORIZED) return `INFLUX_TOKEN: InfluxDB refused it (${error.message})`;
  if (error.statusCode === NOT_FOUND && error.message.startsWith('organization')) {
    return `INFLUX_ORG: InfluxDB has no such organisation (${error.message})`;
  }
  return `InfluxDB refused the request (${error.statusCode} ${withoutValues(error.message)})`;
}

/** InfluxDB quotes the lines and queries that it refuses, and these name patients: what is left tells the kind of mistake. */
function withoutValues(message: string): string {
  return message
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '"…"')
    .replaceAll(
      /\b(?:patient_id|device_id)=(?:\\.|[^\s,\\])+/g,
      (tag) => `${tag.slice(0, tag.indexOf('='))}=…`,
    )
    .replaceAll(/\b(?:down)?sampled_vitals,\S+|\bvitals,\S+/g, 'vitals,…');
}

/** A host with several addresses fails with an error that has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return messageOf(error);
}
