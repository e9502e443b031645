import { z } from 'zod';
import type { OidcIssuer } from '../identity/staff-tokens.ts';
import { halfSetProblems, securitySettings, type Engine } from './security-settings.ts';

/** Every setting: its name in the environment, its check, its default and what it is for. The README's table is made from this. */
const port = z.coerce.number().int().min(0).max(65_535);
const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
const commaList = z.string().transform(list).pipe(z.array(z.string()).min(1, 'names nothing'));
const secret = z.string().min(32, 'must be at least 32 characters');
const url = (protocol: RegExp): z.ZodURL => z.url({ protocol });

const settings = {
  VITALWIRE_MODE: z
    .enum(['embedded', 'distributed'])
    .default('embedded')
    .describe('one process on SQLite, or components on Kafka, Redis, InfluxDB and Cassandra'),
  HOST: z.string().min(1).default('127.0.0.1').describe('address that servers listen on'),
  MQTT_PORT: port.default(1883).describe('port of the MQTT gateway; 0 takes a free one'),
  MQTT_TLS_PORT: port
    .default(8883)
    .describe('port of the MQTT gateway over TLS, open where MQTT_TLS_CERT is set; 0 takes a free one'),
  MQTT_TLS_CERT: z
    .string()
    .min(1)
    .optional()
    .describe("PEM file of the gateway's certificate, shown to devices"),
  MQTT_TLS_KEY: z.string().min(1).optional().describe('PEM file of its key'),
  MQTT_TLS_CA: z
    .string()
    .min(1)
    .optional()
    .describe(
      'PEM file of the authority of device certificates: one with the device id as CN and its region as OU takes the place of user name and token',
    ),
  HTTP_PORT: port
    .default(8080)
    .describe('port of the station, the API and the WebSocket; 0 takes a free one'),
  HEALTH_PORT: port
    .default(9464)
    .describe(
      'distributed: port of /healthz, /readyz and /metrics of the gateway and the processors; 0 takes a free one',
    ),
  GATEWAY_WORKERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('distributed: processes of the MQTT gateway that share its port, for more than one core'),
  GATEWAY_THREAD: z
    .stringbool()
    .default(false)
    .describe(
      'embedded: `true` gives the MQTT gateway a thread of its own, for some thousands of devices; with fewer, alerts are sooner without',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.data')
    .describe('embedded: folder of the database and the generated secrets'),
  SIMULATED_BEDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(12)
    .describe('embedded: beds of the simulated ward; 0 for none'),
  REGIONS: commaList
    .default(['Northeast', 'Southeast', 'Midwest', 'West'])
    .describe('the regions of the deployment, separated by commas'),
  ALARMS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'alarm settings (YAML), followed while everything runs; without it the defaults that come with Vitalwire',
    ),
  ESCALATION_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'who is told of alerts, when and how (YAML), followed likewise; without it the defaults that come with Vitalwire',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .optional()
    .describe('least severe log line written; by default warn when embedded, info when distributed'),
  LOG_PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(12)
    .describe('partitions of each topic; fixed once topics exist'),
  DEVICE_JWT_SECRET: secret.optional().describe('signs device tokens (HS256); embedded, made on first start'),
  STAFF_JWT_SECRET: secret.optional().describe('signs staff tokens (HS256); embedded, made on first start'),
  STAFF_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine(
      (text) => /^https:|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(text),
      'must begin with https://',
    )
    .optional()
    .describe(
      "staff tokens of this OIDC issuer (the hospital's own sign-in) are believed too: RS256 or ES256",
    ),
  STAFF_OIDC_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .describe("what the issuer's tokens for Vitalwire name as their audience (`aud`)"),
  FUTURE_TOLERANCE_S: z.coerce
    .number()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('how far in the future a reading may lie before it is rejected'),
  KAFKA_BROKERS: commaList.optional().describe('distributed: host:port, separated by commas'),
  KAFKA_REPLICATION: z.coerce
    .number()
    .int()
    .min(1)
    .max(9)
    .default(3)
    .describe(
      'distributed: copies of each partition, made by the setup job; of three or more, two must have a record',
    ),
  INFLUX_URL: url(/^https?$/)
    .optional()
    .describe('distributed: address of InfluxDB'),
  INFLUX_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('distributed: InfluxDB token that may read, write and create buckets'),
  INFLUX_ORG: z.string().min(1).default('hospital').describe('distributed: InfluxDB organisation'),
  CASSANDRA_CONTACT_POINTS: commaList.optional().describe('distributed: host:port, separated by commas'),
  CASSANDRA_LOCAL_DC: z.string().min(1).optional().describe('distributed: name of the nearest data centre'),
  CASSANDRA_REPLICATION: z.coerce
    .number()
    .int()
    .min(1)
    .max(9)
    .default(3)
    .describe('distributed: copies of each row in a data centre'),
  CASSANDRA_KEYSPACE: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,47}$/, 'must be lower-case letters, digits and _, at most 48, a letter first')
    .default('patient_analytics')
    .describe('distributed: keyspace of the tables, made by the setup job'),
  REDIS_URL: url(/^rediss?$/)
    .optional()
    .describe('distributed: address of Redis, with its password; `rediss://` speaks TLS'),
  ...securitySettings,
} as const;

const schema = z.object(settings);
type Parsed = z.infer<typeof schema>;

/** The environment, checked and frozen. Names are the environment's own, so that a message, a manifest and the code say one thing. */
export type Config = Readonly<Parsed & { LOG_LEVEL: NonNullable<Parsed['LOG_LEVEL']> }>;

const INFLUX = ['INFLUX_URL', 'INFLUX_TOKEN'] as const;
const CASSANDRA = ['CASSANDRA_CONTACT_POINTS', 'CASSANDRA_LOCAL_DC'] as const;

/** Each of the first makes no sense without the second. */
const TOGETHER = [
  ['STAFF_OIDC_ISSUER', 'STAFF_OIDC_AUDIENCE'],
  ['STAFF_OIDC_AUDIENCE', 'STAFF_OIDC_ISSUER'],
  ['MQTT_TLS_CERT', 'MQTT_TLS_KEY'],
  ['MQTT_TLS_KEY', 'MQTT_TLS_CERT'],
  ['MQTT_TLS_CA', 'MQTT_TLS_CERT'],
] as const satisfies readonly (readonly [keyof Parsed, keyof Parsed])[];

/** What each process of a distributed deployment cannot do without; it is given no other secret. */
const NEEDED_DISTRIBUTED = {
  'ingest-gateway': ['KAFKA_BROKERS', 'DEVICE_JWT_SECRET'],
  alerting: ['KAFKA_BROKERS', 'REDIS_URL'],
  storage: ['KAFKA_BROKERS', ...INFLUX, ...CASSANDRA],
  'alert-engine': ['KAFKA_BROKERS', ...INFLUX, ...CASSANDRA, 'REDIS_URL', 'STAFF_JWT_SECRET'],
  setup: ['KAFKA_BROKERS', ...INFLUX, ...CASSANDRA],
  token: ['DEVICE_JWT_SECRET', 'STAFF_JWT_SECRET'],
} as const satisfies Readonly<Record<string, readonly (keyof Parsed)[]>>;

type ProcessName = keyof typeof NEEDED_DISTRIBUTED;
type Needed = (typeof NEEDED_DISTRIBUTED)[ProcessName][number];

/** Settings that are secrets or, as an address with a password in it, hold one. */
export const SECRET_SETTINGS = [
  'DEVICE_JWT_SECRET',
  'STAFF_JWT_SECRET',
  'INFLUX_TOKEN',
  'REDIS_URL',
  'KAFKA_PASSWORD',
  'CASSANDRA_PASSWORD',
] as const satisfies readonly (keyof Parsed)[];

type SecretSetting = (typeof SECRET_SETTINGS)[number];

/** A secret that an engine may want, by a setting of those who use the engine. */
const OPTIONAL_SECRETS = {
  KAFKA_PASSWORD: 'KAFKA_BROKERS',
  CASSANDRA_PASSWORD: 'CASSANDRA_CONTACT_POINTS',
} as const satisfies Partial<Record<SecretSetting, Needed>>;

/** The settings that must be set when distributed: those of one process, or of all where it is none of them. */
export function neededBy(name: string | undefined): readonly Needed[] {
  const ofOne: Readonly<Record<string, readonly Needed[]>> = NEEDED_DISTRIBUTED;
  const all = [...new Set(Object.values(ofOne).flat())];
  return (name === undefined ? undefined : ofOne[name]) ?? all;
}

const ENGINES = {
  KAFKA: 'KAFKA_BROKERS',
  CASSANDRA: 'CASSANDRA_CONTACT_POINTS',
  REDIS: 'REDIS_URL',
  INFLUX: 'INFLUX_URL',
} as const satisfies Readonly<Record<Engine, Needed>>;

const enginesOf = (processName: string | undefined): readonly Engine[] =>
  (Object.keys(ENGINES) as Engine[]).filter((engine) => neededBy(processName).includes(ENGINES[engine]));

/** The secrets that one process of a distributed deployment is given, those that it may do without included; no other. */
export function secretsOf(name: string): readonly SecretSetting[] {
  const needed = neededBy(name);
  const reasons: Partial<Record<SecretSetting, Needed>> = OPTIONAL_SECRETS;
  return SECRET_SETTINGS.filter((secret) =>
    needed.some((setting) => setting === (reasons[secret] ?? secret)),
  );
}

/** `problems` holds one line a mistake, each beginning with the setting's name; never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** For one process of a distributed deployment, or, without its name, for all of them. @throws ConfigError */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  processName?: string,
): Config {
  // An empty variable is how a manifest says "not set".
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in settings && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`));
  }
  const config = parsed.data;
  const problems = halfSetProblems(config, enginesOf(processName));
  if (config.VITALWIRE_MODE === 'distributed') {
    for (const name of neededBy(processName)) {
      if (config[name] === undefined)
        problems.push(`${name}: must be set when VITALWIRE_MODE is distributed`);
    }
  }
  for (const [given, needed] of TOGETHER) {
    if (config[given] !== undefined && config[needed] === undefined)
      problems.push(`${needed}: must be set where ${given} is set`);
  }
  if (config.MQTT_PORT !== 0 && config.MQTT_PORT === config.HTTP_PORT) {
    problems.push(`HTTP_PORT: is ${config.HTTP_PORT}, which MQTT_PORT takes`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  // A person reads the terminal of an embedded deployment, a collector the logs of a distributed one.
  const usual = config.VITALWIRE_MODE === 'embedded' ? 'warn' : 'info';
  return Object.freeze({ ...config, LOG_LEVEL: config.LOG_LEVEL ?? usual });
}

/** The settings as a Markdown table, for the README. */
export function configTable(): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const fallback = setting.safeParse(undefined).data;
    return `| \`${name}\` | ${fallback === undefined ? '' : `\`${String(fallback)}\``} | ${setting.description ?? ''} |`;
  });
  return ['| setting | default | what it is for |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The hospital's own sign-in, where the settings name one. */
export const oidcIssuerOf = (config: Config): OidcIssuer | undefined =>
  config.STAFF_OIDC_ISSUER === undefined || config.STAFF_OIDC_AUDIENCE === undefined
    ? undefined
    : { url: config.STAFF_OIDC_ISSUER, audience: config.STAFF_OIDC_AUDIENCE };
