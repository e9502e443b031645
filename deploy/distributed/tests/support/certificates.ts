import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const STORE_PASSWORD = 'not-a-secret';

/** Files of an authority and of a server on 127.0.0.1 that it signed, made by openssl in `folder`. */
export interface Certificates {
  readonly ca: string;
  /** Of another authority, which signed nothing. */
  readonly otherCa: string;
  readonly cert: string;
  readonly key: string;
  /** Certificate and key as PKCS#12, for Java; `STORE_PASSWORD` opens it. */
  readonly store: string;
}

export function makeCertificates(folder: string): Certificates {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  for (const name of ['ca', 'other-ca'])
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.pem`),
      '-subj',
      `/CN=${name}`,
    );
  const [ca, otherCa, cert, key, store] = [
    file('ca.pem'),
    file('other-ca.pem'),
    file('server.pem'),
    file('server.key'),
    file('server.p12'),
  ];
  openssl('req', ...newKey, '-keyout', key, '-out', file('server.csr'), '-subj', '/CN=server');
  writeFileSync(file('names.txt'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const signing = ['-CA', ca, '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('names.txt')];
  openssl('x509', '-req', '-in', file('server.csr'), ...signing, '-out', cert);
  const chain = ['-in', cert, '-inkey', key, '-certfile', ca];
  openssl('pkcs12', '-export', ...chain, '-out', store, '-passout', `pass:${STORE_PASSWORD}`);
  return { ca, otherCa, cert, key, store };
}
