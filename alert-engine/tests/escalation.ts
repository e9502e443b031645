import { readFileSync } from 'node:fs';
import { parseEscalationSettings, type EscalationSettings } from '../src/escalation/settings.ts';

const yaml = readFileSync(new URL('../config/escalation.yaml', import.meta.url), 'utf8');

/** A line of the settings' recipients. */
export const webhook = (name: string, role: string, url: string): string =>
  `  - { name: ${name}, role: ${role}, webhook: { url: "${url}", secret_env: PAGER } }\n`;

/** The settings that Vitalwire comes with, with recipients, and other texts in the place of theirs. */
export function escalationWith(
  recipients: string,
  changes: readonly (readonly [from: string, to: string])[] = [],
): EscalationSettings {
  const all = [['recipients: []', `recipients:\n${recipients}`] as const, ...changes];
  return parseEscalationSettings(all.reduce((text, [from, to]) => text.replace(from, to), yaml));
}
