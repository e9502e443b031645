import { messageOf, VitalwireError } from '../../runtime/errors.ts';
import { tlsSettingOf } from '../engine-tls.ts';

interface KafkaJsError extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

/** The broker's name for what went wrong (`NOT_LEADER_FOR_PARTITION`), or undefined where no broker said anything. */
export function kafkaErrorType(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { type } = error as KafkaJsError;
  return typeof type === 'string' ? type : undefined;
}

const REFUSED_LOGIN = 'KafkaJSSASLAuthenticationError';

/**
 * What kafkajs names a broker that cannot be reached, does not answer, or does not know yet. A login that is refused while running may be
 * one that is being changed: what waits for the log goes on waiting.
 */
const AWAY = new Set([
  REFUSED_LOGIN,
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

/** kafkajs 2.2.4 calls these final; they pass. */
const PASSING = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'UNKNOWN_LEADER_EPOCH',
  'THROTTLING_QUOTA_EXCEEDED',
  'KAFKAJS_UNKNOWN_ERROR_CODE',
]);

/** The member is no longer of the generation it speaks for. */
export const SUPERSEDED = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'REBALANCE_IN_PROGRESS',
]);

/** Whether the same request may succeed later, by itself. */
export function passes(error: unknown): boolean {
  if (error instanceof VitalwireError) return error.retriable;
  if (!(error instanceof Error)) return false;
  const kafka = error as KafkaJsError;
  if (AWAY.has(error.name)) return true;
  const type = kafkaErrorType(error);
  return type !== undefined && (kafka.retriable === true || PASSING.has(type));
}

/** Anything a broker or kafkajs threw, as the ports speak of it; what neither of them threw is returned as it is. */
export function toVitalwireError(error: unknown, doing: string): unknown {
  if (error instanceof VitalwireError) return error;
  if (passes(error)) {
    return new VitalwireError('unavailable', `Kafka: ${doing}: ${messageOf(error)}`, {
      retriable: true,
      cause: error,
    });
  }
  if (error instanceof Error && error.name.startsWith('KafkaJS')) {
    return new VitalwireError('rejected', `Kafka: ${doing}: ${messageOf(error)}`, {
      retriable: false,
      cause: error,
    });
  }
  return error;
}

/** The setting to look at where a broker was reached and no connection came of it; undefined where it was not reached. */
export function settingBehind(error: unknown): string | undefined {
  if (kafkaErrorType(error) === 'UNSUPPORTED_SASL_MECHANISM') return 'KAFKA_SASL_MECHANISM';
  if (error instanceof Error && error.name === REFUSED_LOGIN) return 'KAFKA_USERNAME';
  return tlsSettingOf(error, { ca: 'KAFKA_TLS_CA', tls: 'KAFKA_TLS' });
}

const NAMES_A_SETTING = /^KAFKA_\w+: /;

/** What failed at the start, beginning with the setting to look at. */
export function atStart(error: unknown): unknown {
  if (!(error instanceof VitalwireError) || error.code !== 'unavailable') return error;
  if (NAMES_A_SETTING.test(error.message)) return error;
  const message = `KAFKA_BROKERS: ${error.message}`;
  return new VitalwireError('unavailable', message, { retriable: true, cause: error });
}
