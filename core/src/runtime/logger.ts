import { createHash } from 'node:crypto';
import { pino, stdTimeFunctions, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Fields that name a patient or carry a secret, wherever they stand in a log line. */
const PATIENT_FIELDS = ['patient_id', 'patient', 'name'];
const SECRET_FIELDS = ['token', 'password', 'secret', 'authorization'];

/**
 * Structured logs, one JSON object a line. A patient is logged as a short digest: enough to follow one through a log, not to name her.
 * Secrets are dropped.
 */
export function createLogger(component: string, level: string, destination?: DestinationStream): Logger {
  const paths = [...PATIENT_FIELDS, ...SECRET_FIELDS].flatMap((field) => [field, `*.${field}`]);
  return pino(
    {
      level,
      base: { component },
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths, censor: (value, path) => (isPatientField(path) ? digest(value) : '[redacted]') },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

function isPatientField(path: readonly string[]): boolean {
  return PATIENT_FIELDS.includes(path.at(-1) ?? '');
}

function digest(value: unknown): string {
  return `#${createHash('sha256').update(String(value)).digest('hex').slice(0, 10)}`;
}
