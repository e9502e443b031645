import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { RecordingError, parseNumerics, type Recording } from './numerics.ts';

/** The folder of recordings that comes with the simulator. */
export const SHIPPED_RECORDINGS = fileURLToPath(new URL('../../recordings', import.meta.url));

const SUFFIX = '_Numerics.csv';

/** Every `*_Numerics.csv` of a folder, by name. @throws RecordingError where there is none, or one cannot be read. */
export async function loadRecordings(directory: string): Promise<Recording[]> {
  const files = await readdir(directory).catch((error: unknown) => {
    throw new RecordingError(`cannot read ${directory}: ${messageOf(error)}`);
  });
  const names = files.filter((file) => file.endsWith(SUFFIX)).sort();
  if (names.length === 0) throw new RecordingError(`${directory} holds no *${SUFFIX}`);
  return Promise.all(
    names.map(async (file) =>
      parseNumerics(file.slice(0, -SUFFIX.length), await readFile(join(directory, file), 'utf8')),
    ),
  );
}
