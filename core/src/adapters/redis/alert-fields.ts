import type { Alert } from '../../alarms/alert.ts';
import { alertDocument, alertSchema, fromAlertDocument } from '../../alarms/alert-codec.ts';

const FIELDS = Object.entries(alertSchema.shape).map(([name, schema]) => ({
  name,
  isNumber: schema.safeParse(1).success,
  isBoolean: schema.safeParse(true).success,
  /** Alerts stored by an earlier version may be without it. */
  hasDefault: schema.safeParse(undefined).success,
}));

/** An alert as a hash's fields and values in turn: the JSON document's names, and nothing where that has null. */
export function toFields(alert: Alert): string[] {
  return Object.entries(alertDocument(alert)).flatMap(([name, value]) =>
    value === null ? [] : [name, String(value)],
  );
}

/** Undefined where there is no such alert. @throws ZodError where a hash is not an alert */
export function fromFields(hash: Readonly<Record<string, string>>): Alert | undefined {
  if (hash['id'] === undefined) return undefined;
  const document: Record<string, unknown> = {};
  for (const { name, isNumber, isBoolean, hasDefault } of FIELDS) {
    const text = hash[name];
    if (text !== undefined) document[name] = isNumber ? Number(text) : isBoolean ? text === 'true' : text;
    else if (!hasDefault) document[name] = null;
  }
  return fromAlertDocument(alertSchema.parse(document));
}

/** A hash as a script returns it: fields and values in turn. */
export function fromPairs(pairs: readonly string[]): Alert | undefined {
  const hash: Record<string, string> = {};
  for (let i = 0; i + 1 < pairs.length; i += 2) hash[pairs[i]!] = pairs[i + 1]!;
  return fromFields(hash);
}
