/** HS256 tokens signed with the deployment's own secrets: who a device is, and what a member of staff may see. */
import { SignJWT, errors, jwtVerify } from 'jose';
import { z } from 'zod';

export const ROLES = ['viewer', 'nurse', 'physician', 'charge_nurse', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface DeviceIdentity {
  readonly deviceId: string;
  readonly region: string;
}

export interface StaffIdentity {
  readonly name: string;
  readonly role: Role;
  readonly regions: readonly string[];
  /** Unix seconds; undefined where the token never expires. */
  readonly expiresAtS: number | undefined;
}

/** The token is not one of ours, has expired, or lacks a claim; the message says which and never quotes the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

const deviceClaims = z.object({
  sub: z.string().min(1),
  region: z.string().min(1),
});
/** Of the deployment's own tokens; an issuer's say as much at least. */
export const staffClaims = z.object({
  sub: z.string().min(1),
  role: z.enum(ROLES),
  regions: z.array(z.string().min(1)).min(1),
  exp: z.number().optional(),
});

const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);

/** `expiresIn` as jose takes it (`12h`, `365d`); undefined never expires, which is for devices without a clock to trust. */
export function signDeviceToken(
  identity: DeviceIdentity,
  secret: string,
  expiresIn?: string,
): Promise<string> {
  const token = new SignJWT({ region: identity.region }).setSubject(identity.deviceId);
  return sign(token, secret, expiresIn);
}

export function signStaffToken(
  identity: Omit<StaffIdentity, 'expiresAtS'>,
  secret: string,
  expiresIn: string,
): Promise<string> {
  const token = new SignJWT({ role: identity.role, regions: identity.regions }).setSubject(identity.name);
  return sign(token, secret, expiresIn);
}

/** @throws TokenError */
export async function verifyDeviceToken(
  token: string,
  secret: string,
  nowMs: number,
): Promise<DeviceIdentity> {
  const claims = await verify(token, secret, nowMs, deviceClaims);
  return { deviceId: claims.sub, region: claims.region };
}

/** @throws TokenError */
export async function verifyStaffToken(token: string, secret: string, nowMs: number): Promise<StaffIdentity> {
  const claims = await verify(token, secret, nowMs, staffClaims);
  return { name: claims.sub, role: claims.role, regions: claims.regions, expiresAtS: claims.exp };
}

function sign(token: SignJWT, secret: string, expiresIn: string | undefined): Promise<string> {
  const dated = token.setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setIssuedAt();
  return (expiresIn === undefined ? dated : dated.setExpirationTime(expiresIn)).sign(keyOf(secret));
}

async function verify<T>(token: string, secret: string, nowMs: number, schema: z.ZodType<T>): Promise<T> {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: ['HS256'],
      currentDate: new Date(nowMs),
    });
    return schema.parse(payload);
  } catch (error) {
    throw tokenError(error, 'this deployment');
  }
}

/** What is wrong with a token, for whoever shows it; `signer` is who should have signed it. */
export function tokenError(error: unknown, signer: string): TokenError {
  if (error instanceof errors.JWTExpired) return new TokenError('the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return wrongClaims([error.claim]);
  if (error instanceof z.ZodError) return wrongClaims(error.issues.map(({ path }) => path.join('.')));
  return new TokenError(`the token is not signed by ${signer}`);
}

const wrongClaims = (claims: readonly string[]): TokenError =>
  new TokenError(`the token's claims are wrong: ${claims.join(', ')}`);
