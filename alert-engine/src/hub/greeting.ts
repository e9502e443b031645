import type { VerifyStaff } from '@vitalwire/core/identity/staff-tokens.ts';
import { TokenError, type StaffIdentity } from '@vitalwire/core/identity/token.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import type { RawData } from 'ws';
import type { z } from 'zod';
import type { CloseReason, Hello } from './protocol.ts';
import type { SessionScope } from './session.ts';

/** Who has come and what they may see, or why they are sent away. */
export type Greeted =
  | { readonly kind: 'welcome'; readonly identity: StaffIdentity; readonly scope: SessionScope }
  | { readonly kind: 'refused'; readonly reason: CloseReason; readonly message: string };

/** Undefined where a client's first frame is no hello. */
export function parseHello(data: RawData, schema: z.ZodType<Hello>): Hello | undefined {
  try {
    return schema.parse(JSON.parse((data as Buffer).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** The regions asked for must all be open to the token; without any asked for, it is all that the token opens. */
export async function greet(
  hello: Hello,
  verifyStaff: VerifyStaff,
  deployment: readonly string[],
  nowMs: number,
): Promise<Greeted> {
  const identity = await identify(hello.token, verifyStaff, nowMs);
  // Nobody can say who she is: no reason to sign her out.
  if (identity instanceof VitalwireError) {
    return { kind: 'refused', reason: 'going_away', message: 'the issuer of the token does not answer' };
  }
  if (identity instanceof TokenError) {
    return { kind: 'refused', reason: 'unauthorized', message: identity.message };
  }
  const isOpen = (region: string): boolean =>
    identity.regions.includes(region) && deployment.includes(region);
  const regions = hello.regions ?? identity.regions.filter(isOpen);
  const outside = regions.find((region) => !isOpen(region));
  if (outside !== undefined || regions.length === 0) {
    const message = `the token does not open region ${outside ?? '(none)'}`;
    return { kind: 'refused', reason: 'forbidden', message };
  }
  const scope = { regions: new Set(regions), patients: hello.patients && new Set(hello.patients) };
  return { kind: 'welcome', identity, scope };
}

async function identify(
  token: string,
  verifyStaff: VerifyStaff,
  nowMs: number,
): Promise<StaffIdentity | TokenError | VitalwireError> {
  try {
    return await verifyStaff(token, nowMs);
  } catch (error) {
    if (error instanceof VitalwireError) return error;
    return error instanceof TokenError ? error : new TokenError('the token cannot be verified');
  }
}
