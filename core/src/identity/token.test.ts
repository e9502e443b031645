import { describe, expect, it } from 'vitest';
import { TokenError, signDeviceToken, signStaffToken, verifyDeviceToken, verifyStaffToken } from './token.ts';

const secret = 'a'.repeat(32);
const nurse = { name: 'Ana', role: 'nurse', regions: ['West'] } as const;

describe('tokens', () => {
  it('carry who a device is', async () => {
    const token = await signDeviceToken({ deviceId: 'MON-1', region: 'West' }, secret);
    await expect(verifyDeviceToken(token, secret, Date.now())).resolves.toEqual({
      deviceId: 'MON-1',
      region: 'West',
    });
  });

  it('carry what a member of staff may see, and until when', async () => {
    const token = await signStaffToken(nurse, secret, '1h');
    const identity = await verifyStaffToken(token, secret, Date.now());
    expect(identity).toMatchObject(nurse);
    expect(identity.expiresAtS).toBeGreaterThan(Date.now() / 1000 + 3500);
    await expect(verifyStaffToken(token, secret, Date.now() + 3_601_000)).rejects.toThrow(
      'the token has expired',
    );
  });

  it('are refused when signed by another secret, unsigned, or of the other kind', async () => {
    const token = await signDeviceToken({ deviceId: 'MON-1', region: 'West' }, secret);
    await expect(verifyDeviceToken(token, 'b'.repeat(32), Date.now())).rejects.toThrow(TokenError);
    await expect(verifyStaffToken(token, secret, Date.now())).rejects.toThrow(
      "the token's claims are wrong: role, regions",
    );
    const [, claims] = token.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
    await expect(verifyDeviceToken(unsigned, secret, Date.now())).rejects.toThrow(TokenError);
  });
});
