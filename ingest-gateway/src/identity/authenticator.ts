import type { AuthenticateError } from 'aedes';
import { TokenError, type DeviceIdentity } from '@vitalwire/core/identity/token.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { InflightBudget } from '../delivery/inflight-budget.ts';
import type { RefusalReason } from '../metrics.ts';
import type { Misuse } from './misuse.ts';
import type { TokenCache } from './token-cache.ts';

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
const CONNACK = { identifierRejected: 2, unavailable: 3, notAuthorized: 5 } as const;

export interface AuthenticatorParts {
  readonly regions: readonly string[];
  readonly limits: { readonly maxIdLength: number };
  readonly tokens: TokenCache;
  readonly misuse: Misuse;
  readonly budget: InflightBudget;
  readonly clock: Clock;
}

/**
 * Who a device is: client id = user name = the token's subject, in a region of the deployment. A client certificate takes the place of user
 * name and token.
 */
export class Authenticator {
  readonly #parts: AuthenticatorParts;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /** The identity, or why there is none. */
  async identify(
    clientId: string,
    username: string | undefined,
    password: string | undefined,
    certified: DeviceIdentity | 'untrusted' | undefined,
  ): Promise<DeviceIdentity | RefusalReason> {
    const { limits, regions, budget, misuse, clock } = this.#parts;
    if (!isIdentifier(clientId, limits.maxIdLength)) return 'identifier';
    if (!budget.admits) return 'overloaded';
    if (misuse.refuses(clientId, clock.monotonic())) return 'misuse';
    // Who shows a certificate wants to be known by it: a wrong one is a mistake to be told, whatever token comes with it.
    const identity = certified ?? (await this.#byToken(username, password));
    if (typeof identity === 'string' || identity.deviceId !== clientId) return 'credentials';
    if (username !== clientId && (certified === undefined || username !== undefined)) return 'credentials';
    return regions.includes(identity.region) ? identity : 'region';
  }

  async #byToken(
    username: string | undefined,
    password: string | undefined,
  ): Promise<DeviceIdentity | 'untrusted'> {
    if (username === undefined || password === undefined) return 'untrusted';
    try {
      return await this.#parts.tokens.verify(password);
    } catch (error) {
      if (error instanceof TokenError) return 'untrusted';
      throw error;
    }
  }
}

/** What Aedes answers a refused CONNECT with. */
export function refusalError(reason: RefusalReason): AuthenticateError {
  const returnCode: number =
    reason === 'identifier'
      ? CONNACK.identifierRejected
      : reason === 'overloaded'
        ? CONNACK.unavailable
        : CONNACK.notAuthorized;
  return Object.assign(new Error(`refused: ${reason}`), { returnCode });
}

/** Ids stand in topics, keys and logs: no wildcard, separator or control character. */
const isIdentifier = (id: string, maxLength: number): boolean =>
  id.length > 0 && id.length <= maxLength && /^[^\s/+#$\p{Cc}]+$/u.test(id);
