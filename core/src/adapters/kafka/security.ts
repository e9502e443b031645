import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { EngineLogin, EngineTls } from '../engine-tls.ts';

/** How brokers are spoken to (`KAFKA_TLS…`, `KAFKA_SASL_MECHANISM`, `KAFKA_USERNAME`, `KAFKA_PASSWORD`). */
export interface KafkaSecurity {
  readonly tls: EngineTls | undefined;
  readonly sasl: (EngineLogin & { readonly mechanism: SaslMechanism }) | undefined;
}

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

/** In the clear, as nobody. */
export const NO_SECURITY: KafkaSecurity = { tls: undefined, sasl: undefined };

/** The same as kafkajs has it. */
export function toKafkaJs({ tls, sasl }: KafkaSecurity): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return {
    ...(tls && { ssl: { ...tls } }),
    // A copy: kafkajs writes into it.
    ...(sasl && { sasl: { ...sasl } as SASLOptions }),
  };
}
