import { createHash } from 'node:crypto';
import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { messageOf } from '../runtime/errors.ts';
import { SettingsError } from './settings-error.ts';

/** What is wrong with a setting, for whoever knows where in the text it stands. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

/** How a settings file becomes what a component works with. */
export interface SettingsFormat<File, Settings> {
  /** What is well formed. */
  readonly schema: z.ZodType<File>;
  /** What is wrong with a file that is well formed: checks across settings. */
  readonly check: (file: File) => readonly Finding[];
  readonly toSettings: (file: File, version: string) => Settings;
}

/** Which text it is: 12 hexadecimal digits. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12);

/** The version of the settings is the digest of their text. @throws SettingsError with every problem found, each with its line */
export function parseSettings<File, Settings>(
  yaml: string,
  { schema, check, toSettings }: SettingsFormat<File, Settings>,
): Settings {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    throw new SettingsError(
      document.errors.map(({ pos, message }) => ({
        line: lineAt(pos[0]),
        path: 'file',
        reason: message.split(' at line ')[0] ?? message,
      })),
    );
  }
  const refuse = (findings: readonly Finding[]): never => {
    throw new SettingsError(
      findings.map(({ path, reason }) => ({
        line: lineAt(offsetOf(document, path)),
        path: path.join('.') || 'file',
        reason,
      })),
    );
  };
  const parsed = schema.safeParse(contentOf(document));
  if (!parsed.success) return refuse(parsed.error.issues.flatMap(findingsOf));
  const findings = check(parsed.data);
  if (findings.length > 0) refuse(findings);
  return toSettings(parsed.data, digestOf(yaml));
}

/** An issue of the schema in words; settings that nobody knows each by themselves, where they stand. */
function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], reason: 'is unknown' }));
  }
  return [{ path, reason: issue.message }];
}

/** Where a setting's name stands in the text; of one that is not there, what it would stand in. */
function offsetOf({ contents }: Document, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = startOf(contents) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined =>
  (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];

/** @throws SettingsError where an alias has no anchor, or there are so many that they hide how much there is */
function contentOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new SettingsError([{ line: 1, path: 'file', reason: messageOf(error) }]);
  }
}
