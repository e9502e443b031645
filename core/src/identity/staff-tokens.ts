/** Whose staff tokens are believed: the deployment's own (HS256), and those of an OIDC issuer where there is one (RS256, ES256). */
import { decodeProtectedHeader, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { VitalwireError } from '../runtime/errors.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { staffClaims, tokenError, verifyStaffToken, type StaffIdentity } from './token.ts';

/** The hospital's own sign-in. */
export interface OidcIssuer {
  /** `STAFF_OIDC_ISSUER`: as the issuer's tokens name it in `iss`. */
  readonly url: string;
  /** `STAFF_OIDC_AUDIENCE`: what its tokens for Vitalwire name in `aud`. */
  readonly audience: string;
}

/** @throws TokenError; VitalwireError `unavailable` where the issuer's keys are needed and it does not answer */
export type VerifyStaff = (token: string, nowMs: number) => Promise<StaffIdentity>;

/** Keys of the issuer are never taken for the secret, nor the other way round: the algorithm says whose the token claims to be. */
const ISSUER_ALGORITHMS = ['RS256', 'ES256'];
/** Of the issuer's clock. */
const CLOCK_TOLERANCE_S = 30;

const issuerClaims = staffClaims.extend({
  /** What people know her by; `sub` may be a number that nobody does. */
  preferred_username: z.string().min(1).max(128).optional(),
  exp: z.number(),
});

export function staffVerifier(secret: string, issuer: OidcIssuer | undefined): VerifyStaff {
  if (issuer === undefined) return (token, nowMs) => verifyStaffToken(token, secret, nowMs);
  const keys = new IssuerKeys(issuer.url);
  return async (token, nowMs) =>
    ISSUER_ALGORITHMS.includes(algorithmOf(token))
      ? verifyIssued(token, issuer, await keys.get(nowMs), nowMs)
      : verifyStaffToken(token, secret, nowMs);
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    return '';
  }
}

async function verifyIssued(
  token: string,
  issuer: OidcIssuer,
  keys: JWTVerifyGetKey,
  nowMs: number,
): Promise<StaffIdentity> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ISSUER_ALGORITHMS,
      issuer: issuer.url,
      audience: issuer.audience,
      currentDate: new Date(nowMs),
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    const claims = issuerClaims.parse(payload);
    return {
      name: claims.preferred_username ?? claims.sub,
      role: claims.role,
      regions: claims.regions,
      expiresAtS: claims.exp,
    };
  } catch (error) {
    if (error instanceof VitalwireError) throw error;
    throw tokenError(error, 'the issuer of this deployment');
  }
}
