/** An OIDC issuer on loopback: discovery, keys, tokens, and the faults of one. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWTPayload } from 'jose';

export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

export interface FakeIssuer {
  readonly url: string;
  /** What it publishes. */
  readonly keys: readonly [rsa: IssuerKey, ec: IssuerKey];
  /** Paths, in order. */
  readonly asked: readonly string[];
  /** With this status it answers everything. */
  answerWith(status: number): void;
  /** For ten minutes. */
  token(claims: JWTPayload, key?: IssuerKey, audience?: string): Promise<string>;
  close(): void;
}

export const ISSUER_AUDIENCE = 'vitalwire';

export async function newIssuerKey(alg: string, kid: string): Promise<IssuerKey> {
  return { kid, alg, ...(await generateKeyPair(alg, { extractable: true })) };
}

export async function startFakeIssuer(): Promise<FakeIssuer> {
  const keys = await Promise.all([newIssuerKey('RS256', 'r1'), newIssuerKey('ES256', 'e1')]);
  const published = await Promise.all(
    keys.map(async ({ kid, alg, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg })),
  );
  let answered = 200;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = request.url === '/keys' ? { keys: published } : { issuer: url, jwks_uri: `${url}/keys` };
    response.writeHead(answered, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    keys,
    asked,
    answerWith(status) {
      answered = status;
    },
    token: (claims, { alg, kid, privateKey } = keys[0], audience = ISSUER_AUDIENCE) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, kid })
        .setIssuer(url)
        .setAudience(audience)
        .setExpirationTime('10m')
        .sign(privateKey),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
