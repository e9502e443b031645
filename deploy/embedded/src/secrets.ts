import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '@vitalwire/core/runtime/config.ts';

export interface Secrets {
  /** Signs device tokens. */
  readonly device: string;
  /** Signs staff tokens. */
  readonly staff: string;
}

const schema = z.object({ device: z.string().min(32), staff: z.string().min(32) });

/** Who else may read the file; the message names the path and how to mend it. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
}

/**
 * The secrets of an embedded deployment: those of the environment where they are set, else those in `DATA_DIR/secrets.json`, made on first
 * use and readable by the owner alone. Safe when two processes start at once: one file wins for both.
 * @throws SecretsError
 */
export function loadSecrets(
  config: Pick<Config, 'DATA_DIR' | 'DEVICE_JWT_SECRET' | 'STAFF_JWT_SECRET'>,
): Secrets {
  const { DEVICE_JWT_SECRET: device, STAFF_JWT_SECRET: staff } = config;
  if (device !== undefined && staff !== undefined) return { device, staff };
  mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o700 });
  const path = join(config.DATA_DIR, 'secrets.json');
  const stored = read(path) ?? create(path);
  return { device: device ?? stored.device, staff: staff ?? stored.staff };
}

function read(path: string): Secrets | undefined {
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new SecretsError(`${path} can be read by others: chmod 600 ${path}`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new SecretsError(
      `${path} does not hold the two secrets: remove it, and new ones are made (all tokens end with it)`,
    );
  }
}

function create(path: string): Secrets {
  const secret = (): string => randomBytes(32).toString('base64url');
  const secrets: Secrets = { device: secret(), staff: secret() };
  // Written aside and linked into place: no reader sees half a file, and the first of two writers wins.
  const scratch = `${path}.${process.pid}`;
  const file = openSync(scratch, 'wx', 0o600);
  writeSync(file, JSON.stringify(secrets));
  fsyncSync(file);
  closeSync(file);
  try {
    linkSync(scratch, path);
    return secrets;
  } catch (error) {
    const winner = read(path);
    if (winner) return winner;
    throw error;
  } finally {
    rmSync(scratch);
  }
}
