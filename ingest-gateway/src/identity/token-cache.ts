import { hash } from 'node:crypto';
import { verifyDeviceToken, type DeviceIdentity } from '@vitalwire/core/identity/token.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';

export interface TokenCacheBounds {
  readonly tokenCacheMs: number;
  readonly maxCachedTokens: number;
}

/**
 * Verifies device tokens, and remembers those that held by their digest: when a thousand devices reconnect at once, their signatures
 * are not computed again. The secret token itself is not kept. Tokens that did not hold are not remembered.
 */
export class TokenCache {
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #bounds: TokenCacheBounds;
  /** In the order of verification, so that the first is the oldest. */
  readonly #known = new Map<string, { readonly identity: DeviceIdentity; readonly untilMs: number }>();

  constructor(secret: string, clock: Clock, bounds: TokenCacheBounds) {
    this.#secret = secret;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#known.size;
  }

  /** @throws TokenError */
  async verify(token: string): Promise<DeviceIdentity> {
    const nowMs = this.#clock.now();
    const digest = hash('sha256', token);
    const known = this.#known.get(digest);
    if (known !== undefined && nowMs < known.untilMs) return known.identity;
    this.#known.delete(digest);
    const identity = await verifyDeviceToken(token, this.#secret, nowMs);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < this.#bounds.maxCachedTokens) break;
      this.#known.delete(oldest);
    }
    this.#known.set(digest, {
      identity,
      untilMs: Math.min(nowMs + this.#bounds.tokenCacheMs, expiryMs(token)),
    });
    return identity;
  }
}

/** `exp` of a token that has been verified; Infinity where it never expires. */
function expiryMs(token: string): number {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const expiresAtS = (claims as { exp?: unknown }).exp;
  return typeof expiresAtS === 'number' ? expiresAtS * 1000 : Infinity;
}
