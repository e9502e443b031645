import { SignJWT, exportJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VitalwireError } from '../runtime/errors.ts';
import { ISSUER_AUDIENCE, newIssuerKey, startFakeIssuer, type FakeIssuer } from '../testing/fake-issuer.ts';
import { staffVerifier, type VerifyStaff } from './staff-tokens.ts';
import { TokenError, signStaffToken } from './token.ts';

const SECRET = 's'.repeat(40);
const CLAIMS = { sub: '4711', preferred_username: 'ana.ruiz', role: 'nurse', regions: ['West'] };
const ofOurOwn = () => signStaffToken({ name: 'Bo', role: 'viewer', regions: ['West'] }, SECRET, '1h');

let issuer: FakeIssuer;
let verify: VerifyStaff;

beforeEach(async () => {
  issuer = await startFakeIssuer();
  verify = staffVerifier(SECRET, { url: issuer.url, audience: ISSUER_AUDIENCE });
});
afterEach(() => issuer.close());

const refusal = (token: string, nowMs = Date.now()): Promise<unknown> =>
  verify(token, nowMs).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a staff token', () => {
  it('is believed of the issuer, RS256 and ES256, and of the deployment itself', async () => {
    for (const key of issuer.keys) {
      const identity = await verify(await issuer.token(CLAIMS, key), Date.now());
      expect(identity).toMatchObject({ name: 'ana.ruiz', role: 'nurse', regions: ['West'] });
      expect(identity.expiresAtS).toBeGreaterThan(Date.now() / 1000);
    }
    expect((await verify(await ofOurOwn(), Date.now())).name).toBe('Bo');
    // The keys were read once.
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('of the issuer is nobody’s where it has expired, is for somebody else or lacks a claim', async () => {
    const refusals = [
      await refusal(await issuer.token(CLAIMS), Date.now() + 700_000),
      await refusal(await issuer.token(CLAIMS, issuer.keys[0], 'payroll')),
      await refusal(await issuer.token({ ...CLAIMS, role: 'root' })),
    ];
    expect(refusals.map((error) => (error as TokenError).message)).toEqual([
      'the token has expired',
      "the token's claims are wrong: aud",
      "the token's claims are wrong: role",
    ]);
    for (const error of refusals) expect(error).toBeInstanceOf(TokenError);
  });

  it('by another key is not believed, whatever it says of itself', async () => {
    const foreign = await newIssuerKey('RS256', 'r1');
    expect(await refusal(await issuer.token(CLAIMS, foreign))).toBeInstanceOf(TokenError);
    // The public key is public: it must not do for the secret.
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(issuer.keys[0].publicKey)));
    const forged = new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'r1' });
    const token = forged.setIssuer(issuer.url).setAudience(ISSUER_AUDIENCE).setExpirationTime('10m');
    expect(await refusal(await token.sign(secret))).toBeInstanceOf(TokenError);
    expect(await refusal('garbage')).toBeInstanceOf(TokenError);
  });

  it('is neither believed nor refused while the issuer is away, and not each asks for it', async () => {
    issuer.answerWith(503);
    const token = await issuer.token(CLAIMS);
    const nowMs = Date.now();
    const error = await refusal(token, nowMs);
    expect(error).toBeInstanceOf(VitalwireError);
    expect((error as VitalwireError).message).toMatch(/^STAFF_OIDC_ISSUER: /);
    await refusal(token, nowMs + 100);
    expect(issuer.asked).toHaveLength(1);
    expect((await verify(await ofOurOwn(), nowMs)).name).toBe('Bo');
    issuer.answerWith(200);
    expect((await verify(token, nowMs + 6_000)).name).toBe('ana.ruiz');
    // Who signs in already goes on when it is away again.
    issuer.answerWith(503);
    expect((await verify(token, nowMs + 7_000)).name).toBe('ana.ruiz');
  });
});
