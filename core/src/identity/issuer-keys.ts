/** The public keys of an OIDC issuer, found by its discovery document and read anew when a token names one that is not known. */
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { VitalwireError, messageOf } from '../runtime/errors.ts';

const TIMEOUT_MS = 5_000;
/** An issuer that did not answer is not asked again by every token that somebody sends. */
const RETRY_AFTER_MS = 5_000;
/** An issuer that is away for a night locks nobody out whose token it has signed; a key it has withdrawn ends within a day. */
const KEPT_MS = 86_400_000;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

export class IssuerKeys {
  readonly #issuer: string;
  #keys: Promise<JWTVerifyGetKey> | undefined;
  #failed: { readonly atMs: number; readonly error: unknown } | undefined;

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  /** What looks a token's key up. @throws VitalwireError `unavailable`, as does the look-up */
  get(nowMs: number): Promise<JWTVerifyGetKey> {
    const failed = this.#failed;
    if (failed && Math.abs(nowMs - failed.atMs) < RETRY_AFTER_MS) return Promise.reject(failed.error);
    this.#keys ??= discover(this.#issuer).catch((cause: unknown) => {
      const error = unavailable(this.#issuer, cause);
      this.#failed = { atMs: nowMs, error };
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
  const found = discoverySchema.parse(await response.json());
  if (found.issuer !== issuer) throw new Error(`${address} is of another issuer, ${found.issuer}`);
  const remote = createRemoteJWKSet(new URL(found.jwks_uri), {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: KEPT_MS,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      throw unavailable(issuer, error);
    }
  };
}

const unavailable = (issuer: string, cause: unknown): VitalwireError =>
  new VitalwireError(
    'unavailable',
    `STAFF_OIDC_ISSUER: the keys of ${issuer} cannot be read (${messageOf(cause)})`,
    { retriable: true, cause },
  );
