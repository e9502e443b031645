/** The files that a run was asked to write: looked at before it begins, so that no hour of load ends without its report. */
import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { UsageError } from './arguments.ts';

/** A file that was asked for by an option, such as `--html`. */
export interface OutputFile {
  readonly option: string;
  readonly path: string;
}

/** undefined where no file was asked for: the option was not given, or stands alone. */
export const outputFile = (option: string, path: string | boolean | undefined): OutputFile | undefined =>
  typeof path === 'string' ? { option, path } : undefined;

/** A report that could not be written; the message names the option. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** @throws UsageError where a file could not be written as things stand */
export async function refuseUnwritable(files: readonly (OutputFile | undefined)[]): Promise<void> {
  for (const { option, path } of files.filter((file) => file !== undefined)) {
    const refuse = (why: string): never => {
      throw new UsageError(`${option} ${path}: ${why}`);
    };
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) refuse('is a folder');
    await access(existing ? path : dirname(path), constants.W_OK).catch((error: NodeJS.ErrnoException) =>
      refuse(error.code === 'ENOENT' ? `there is no folder ${dirname(path)}` : 'cannot be written'),
    );
  }
}

/** @throws OutputError */
export async function writeOutput({ option, path }: OutputFile, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new OutputError(`${option} ${path}: ${messageOf(error)}`);
  }
}
