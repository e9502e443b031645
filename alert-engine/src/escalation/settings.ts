import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import { parseSettings, type Finding } from '@vitalwire/core/settings/parse-settings.ts';
import { z } from 'zod';

/** Who can be told, in no particular order: the roles of staff tokens that may act. */
export const CHAIN_ROLES = ['nurse', 'charge_nurse', 'physician'] as const;
export type ChainRole = (typeof CHAIN_ROLES)[number];

/** What the names of the built-in recipients begin with: the stations of a role. */
export const STATIONS = 'stations:';

/** Who is told of an alert, when, and how: read from a file, checked and frozen. */
export interface EscalationSettings {
  /** Digest of the file's content. */
  readonly version: string;
  readonly signalDelayMs: Readonly<Record<Priority, number>>;
  readonly reminderMs: Readonly<Record<Priority, number>>;
  readonly escalationMs: Readonly<Record<Priority, number | undefined>>;
  /** In order; the last fits everyone. */
  readonly assignments: readonly Assignment[];
  readonly recipients: readonly Recipient[];
  readonly groupMs: number;
  readonly perMinute: number;
  readonly smtp: SmtpSettings | undefined;
}

/** The chain of a ward: never empty, and it ends. */
export interface Assignment {
  readonly region: string | undefined;
  readonly ward: string | undefined;
  readonly steps: readonly ChainRole[];
}

export interface Recipient {
  readonly name: string;
  readonly role: ChainRole;
  readonly region: string | undefined;
  readonly ward: string | undefined;
  readonly address:
    | { readonly kind: 'webhook'; readonly url: string; readonly secretEnv: string }
    | { readonly kind: 'email'; readonly to: string };
}

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly from: string;
}

const seconds = z.number().nonnegative().max(86_400);
const someSeconds = z.number().positive().max(86_400);
const allPriorities = z.strictObject({ low: seconds, medium: seconds, high: seconds, critical: seconds });
const somePriorities = z.strictObject({
  low: someSeconds.optional(),
  medium: someSeconds.optional(),
  high: someSeconds.optional(),
  critical: someSeconds.optional(),
});
const name = z.string().min(1).max(128);
const where = { region: name.optional(), ward: name.optional() };

const schema = z.strictObject({
  signal_delay_s: allPriorities,
  remind_after_s: z.strictObject({
    low: someSeconds,
    medium: someSeconds,
    high: someSeconds,
    critical: someSeconds,
  }),
  escalate_after_s: somePriorities,
  chains: z.record(
    name,
    z.strictObject({
      steps: z.array(z.enum(CHAIN_ROLES)).min(1, 'is empty'),
      continue_with: name.optional(),
    }),
  ),
  assignments: z.array(z.strictObject({ ...where, chain: name })).min(1, 'is empty'),
  recipients: z
    .array(
      z.strictObject({
        name,
        role: z.enum(CHAIN_ROLES),
        ...where,
        webhook: z.strictObject({ url: z.url({ protocol: /^https?$/ }), secret_env: name }).optional(),
        email: z.email().optional(),
      }),
    )
    .default([]),
  group_s: seconds,
  per_minute: z.int().positive().max(10_000),
  smtp: z.strictObject({ host: name, port: z.int().min(1).max(65_535), from: z.email() }).optional(),
});

type File = z.infer<typeof schema>;

/** The value of a variable of the environment. */
export type SecretOf = (name: string) => string | undefined;

/**
 * The version is the digest of the text. With `secretOf`, a webhook whose secret is not set is refused.
 * @throws SettingsError with every problem found, each with its line
 */
export const parseEscalationSettings = (yaml: string, secretOf?: SecretOf): EscalationSettings =>
  parseSettings(yaml, {
    schema,
    check: (file) => [...chainProblems(file), ...recipientProblems(file), ...secretProblems(file, secretOf)],
    toSettings,
  });

function chainProblems({ chains, assignments }: File): Finding[] {
  const problems: Finding[] = [];
  for (const [chain, { continue_with: further }] of Object.entries(chains)) {
    if (further !== undefined && !chains[further]) {
      problems.push({ path: ['chains', chain, 'continue_with'], reason: `there is no chain ${further}` });
    } else if (further !== undefined) {
      const path = pathFrom(chain, chains);
      if (path.at(-1) === chain) {
        problems.push({
          path: ['chains', chain, 'continue_with'],
          reason: `the chain has no end: ${path.join(' -> ')}`,
        });
      }
    }
  }
  for (const [i, { chain }] of assignments.entries()) {
    if (!chains[chain]) {
      problems.push({ path: ['assignments', i, 'chain'], reason: `there is no chain ${chain}` });
    }
  }
  const last = assignments.at(-1);
  if (last && (last.region !== undefined || last.ward !== undefined)) {
    problems.push({
      path: ['assignments', assignments.length - 1],
      reason: 'the last must be without region and ward, so that everyone has a chain',
    });
  }
  return problems;
}

/** The chains gone through from one on, until there is none to go to or one comes again. */
function pathFrom(chain: string, chains: File['chains']): string[] {
  const path = [chain];
  for (let next = chains[chain]?.continue_with; next !== undefined; next = chains[next]?.continue_with) {
    const seen = path.includes(next);
    path.push(next);
    if (seen) break;
  }
  return path;
}

function recipientProblems({ recipients, smtp }: File): Finding[] {
  const problems: Finding[] = [];
  for (const [i, { name: recipient, webhook, email }] of recipients.entries()) {
    const path = ['recipients', i];
    if ((webhook === undefined) === (email === undefined)) {
      problems.push({ path, reason: 'needs a webhook or an email, and not both' });
    }
    if (email !== undefined && !smtp) {
      problems.push({ path: [...path, 'email'], reason: 'needs the smtp relay to be set' });
    }
    if (recipient.startsWith(STATIONS)) {
      problems.push({ path: [...path, 'name'], reason: `names that begin with ${STATIONS} are built in` });
    }
    if (recipients.findIndex((other) => other.name === recipient) !== i) {
      problems.push({ path: [...path, 'name'], reason: 'another recipient has this name' });
    }
  }
  return problems;
}

/** Found when the settings are read, not at the first alarm of the night. */
function secretProblems({ recipients }: File, secretOf: SecretOf | undefined): Finding[] {
  if (secretOf === undefined) return [];
  return recipients.flatMap(({ webhook }, i) =>
    webhook === undefined || secretOf(webhook.secret_env)
      ? []
      : [
          {
            path: ['recipients', i, 'webhook', 'secret_env'],
            reason: `${webhook.secret_env} is not set in the environment`,
          },
        ],
  );
}

function toSettings(file: File, version: string): EscalationSettings {
  const ms = <K extends string>(table: Readonly<Record<K, number>>) =>
    Object.fromEntries(Object.entries<number>(table).map(([key, value]) => [key, value * 1000])) as Record<
      K,
      number
    >;
  const stepsOf = (chain: string): ChainRole[] =>
    pathFrom(chain, file.chains).flatMap((one) => file.chains[one]?.steps ?? []);
  const { low, medium, high, critical } = file.escalate_after_s;
  const after = (value: number | undefined) => (value === undefined ? undefined : value * 1000);
  return Object.freeze({
    version,
    signalDelayMs: ms(file.signal_delay_s),
    reminderMs: ms(file.remind_after_s),
    escalationMs: { low: after(low), medium: after(medium), high: after(high), critical: after(critical) },
    assignments: file.assignments.map(({ region, ward, chain }) => ({ region, ward, steps: stepsOf(chain) })),
    recipients: file.recipients.map(({ name: recipient, role, region, ward, webhook, email }) => ({
      name: recipient,
      role,
      region,
      ward,
      address: webhook
        ? { kind: 'webhook' as const, url: webhook.url, secretEnv: webhook.secret_env }
        : { kind: 'email' as const, to: email ?? '' },
    })),
    groupMs: file.group_s * 1000,
    perMinute: file.per_minute,
    smtp: file.smtp,
  });
}
