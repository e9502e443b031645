import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signDeviceToken, signStaffToken, type DeviceIdentity } from '@vitalwire/core/identity/token.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { decodeJwt } from 'jose';
import { STAFF_TOKEN_VARIABLE, UsageError, type Arguments } from './arguments.ts';

export interface DeviceCredential {
  readonly identity: DeviceIdentity;
  readonly token: string;
}

/**
 * One credential a device: out of the token file, or signed here. `devices` undefined takes as many as the token file has, else `fallback`.
 * @throws UsageError
 */
export async function credentialsFor(
  given: Arguments,
  fallback: number,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DeviceCredential[]> {
  if (given.tokenFile !== undefined) return fromTokenFile(given.tokenFile, given.devices);
  const secret = given.secret ?? (environment['DEVICE_JWT_SECRET'] || (await storedSecret(given.dataDir)));
  return Promise.all(
    Array.from({ length: given.devices ?? fallback }, async (_, index) => {
      const identity = {
        deviceId: `${given.prefix}-${String(index + 1).padStart(4, '0')}`,
        region: given.regions[index % given.regions.length] ?? '',
      };
      return { identity, token: await signDeviceToken(identity, secret) };
    }),
  );
}

/**
 * A staff token for every region of the devices: as it was given, or signed with the secret of an embedded deployment on this machine.
 * @throws UsageError
 */
export async function staffToken(
  given: Pick<Arguments, 'token' | 'dataDir'>,
  regions: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const token = given.token ?? environment[STAFF_TOKEN_VARIABLE];
  if (token !== undefined && token !== '') return token;
  const secret = environment['STAFF_JWT_SECRET'] || (await storedSecret(given.dataDir, 'staff'));
  return signStaffToken(
    { name: 'load tester', role: 'nurse', regions: [...new Set(regions)] },
    secret,
    '30d',
  );
}

async function storedSecret(dataDir: string, of: 'device' | 'staff' = 'device'): Promise<string> {
  const file = join(dataDir, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.message}`;
    throw new UsageError(
      of === 'device'
        ? `no device secret: ${file} ${why}. Start the deployment first (npm start), or give --data-dir, DEVICE_JWT_SECRET or --token-file.`
        : `no staff token: ${file} ${why}. Give ${STAFF_TOKEN_VARIABLE} or --data-dir.`,
    );
  });
  const secret = parseSecret(text, of);
  if (secret === undefined) throw new UsageError(`${file} holds no ${of} secret`);
  return secret;
}

function parseSecret(text: string, of: 'device' | 'staff'): string | undefined {
  try {
    const secret = (JSON.parse(text) as Record<string, unknown>)[of];
    return typeof secret === 'string' && secret !== '' ? secret : undefined;
  } catch {
    return undefined;
  }
}

async function fromTokenFile(file: string, devices: number | undefined): Promise<DeviceCredential[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--token-file ${file}: ${messageOf(error)}`);
  });
  const credentials = text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    return [parseTokenLine(line, `--token-file ${file} line ${index + 1}`)];
  });
  if (credentials.length === 0) throw new UsageError(`--token-file ${file} holds no tokens`);
  if (devices !== undefined && devices > credentials.length) {
    throw new UsageError(
      `--devices ${devices}, but ${file} holds ${credentials.length} token${credentials.length === 1 ? '' : 's'}`,
    );
  }
  return credentials.slice(0, devices);
}

/** The region is the token's own: a device may publish nowhere else. */
function parseTokenLine(line: string, where: string): DeviceCredential {
  const [deviceId = '', token = ''] = line.split(',').map((cell) => cell.trim());
  if (deviceId === '' || token === '') throw new UsageError(`${where} is not device_id,token`);
  let region: unknown;
  try {
    region = decodeJwt(token)['region'];
  } catch {
    throw new UsageError(`${where}: the token of ${deviceId} is not a JWT`);
  }
  if (typeof region !== 'string') throw new UsageError(`${where}: the token of ${deviceId} names no region`);
  return { identity: { deviceId, region }, token };
}
