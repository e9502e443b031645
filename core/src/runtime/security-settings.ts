import { z } from 'zod';

/** How engines are spoken to where the network is not trusted: TLS and logins. Redis and InfluxDB say whether by their addresses. */
const file = (what: string): z.ZodType<string | undefined> => z.string().min(1).optional().describe(what);
const login = (what: string): z.ZodType<string | undefined> => z.string().min(1).optional().describe(what);
const tls = (engine: string): z.ZodType<boolean> =>
  z.stringbool().default(false).describe(`distributed: \`true\` speaks TLS to ${engine}`);

const CA = 'PEM file of the authority that signed its certificates; those that Node knows unless set';
const CERT = 'PEM file of the certificate that this process shows';
const KEY = 'PEM file of its key';

export const securitySettings = {
  KAFKA_TLS: tls('Kafka'),
  KAFKA_TLS_CA: file(`Kafka: ${CA}`),
  KAFKA_TLS_CERT: file(`Kafka: ${CERT}`),
  KAFKA_TLS_KEY: file(`Kafka: ${KEY}`),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe(
      'Kafka: how it is logged in to; `scram-sha-512` unless set. `plain` shows the password to whoever listens: with TLS only',
    ),
  KAFKA_USERNAME: login('Kafka: name of the login'),
  KAFKA_PASSWORD: login('Kafka: password of the login'),
  CASSANDRA_TLS: tls('Cassandra'),
  CASSANDRA_TLS_CA: file(`Cassandra: ${CA}`),
  CASSANDRA_TLS_CERT: file(`Cassandra: ${CERT}`),
  CASSANDRA_TLS_KEY: file(`Cassandra: ${KEY}`),
  CASSANDRA_USERNAME: login('Cassandra: name of the login'),
  CASSANDRA_PASSWORD: login('Cassandra: password of the login'),
  REDIS_TLS_CA: file(`Redis, with a \`rediss://\` address: ${CA}`),
  REDIS_TLS_CERT: file(`Redis: ${CERT}`),
  REDIS_TLS_KEY: file(`Redis: ${KEY}`),
  INFLUX_TLS_CA: file(`InfluxDB, with an \`https://\` address: ${CA}`),
} as const;

const shape = z.object(securitySettings);
type SecuritySettings = z.infer<typeof shape>;
type Name = keyof SecuritySettings;

/** Each of the first makes no sense without the second. */
const PAIRS: readonly (readonly [Name, Name])[] = [
  ['KAFKA_TLS_CA', 'KAFKA_TLS'],
  ['KAFKA_TLS_CERT', 'KAFKA_TLS'],
  ['KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'],
  ['KAFKA_TLS_KEY', 'KAFKA_TLS_CERT'],
  ['KAFKA_SASL_MECHANISM', 'KAFKA_USERNAME'],
  ['KAFKA_USERNAME', 'KAFKA_PASSWORD'],
  ['KAFKA_PASSWORD', 'KAFKA_USERNAME'],
  ['CASSANDRA_TLS_CA', 'CASSANDRA_TLS'],
  ['CASSANDRA_TLS_CERT', 'CASSANDRA_TLS'],
  ['CASSANDRA_TLS_CERT', 'CASSANDRA_TLS_KEY'],
  ['CASSANDRA_TLS_KEY', 'CASSANDRA_TLS_CERT'],
  ['CASSANDRA_USERNAME', 'CASSANDRA_PASSWORD'],
  ['CASSANDRA_PASSWORD', 'CASSANDRA_USERNAME'],
  ['REDIS_TLS_CERT', 'REDIS_TLS_KEY'],
  ['REDIS_TLS_KEY', 'REDIS_TLS_CERT'],
];

export type Engine = 'KAFKA' | 'CASSANDRA' | 'REDIS' | 'INFLUX';

/**
 * What is half set, of the engines that the process uses: one that went on would speak in the clear, or as nobody, where somebody meant
 * otherwise. Settings of the others are there because processes share them.
 */
export function halfSetProblems(
  config: SecuritySettings & {
    readonly REDIS_URL?: string | undefined;
    readonly INFLUX_URL?: string | undefined;
  },
  used: readonly Engine[],
): string[] {
  const lacking = PAIRS.filter(([given, needed]) => config[given] && !config[needed]).map(
    ([given, needed]) =>
      `${needed}: must be ${needed.endsWith('_TLS') ? 'true' : 'set'} where ${given} is set`,
  );
  const { REDIS_URL, INFLUX_URL } = config;
  const redisTls = (['REDIS_TLS_CA', 'REDIS_TLS_CERT'] as const).find((name) => config[name]);
  if (redisTls && REDIS_URL && !REDIS_URL.startsWith('rediss:'))
    lacking.push(`REDIS_URL: must begin with rediss:// where ${redisTls} is set`);
  if (config.INFLUX_TLS_CA && INFLUX_URL && !INFLUX_URL.startsWith('https:'))
    lacking.push('INFLUX_URL: must begin with https:// where INFLUX_TLS_CA is set');
  return [...new Set(lacking)].filter((line) => used.some((engine) => line.startsWith(`${engine}_`)));
}
