import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { DeviceIdentity } from '@vitalwire/core/identity/token.ts';

/**
 * Who a device is by the certificate that its connection carries: its common name (CN) is the device id, its organisational unit (OU) the
 * region. `untrusted` where it shows one that the deployment's authority has not signed, or that names no device; undefined where it shows none.
 */
export function certifiedDevice(stream: Duplex): DeviceIdentity | 'untrusted' | undefined {
  if (!(stream instanceof TLSSocket)) return undefined;
  const { subject } = stream.getPeerCertificate();
  // Node's types promise a subject; a device without a certificate has none.
  if ((subject as typeof subject | undefined) === undefined) return undefined;
  const { CN: deviceId, OU: region }: { CN?: unknown; OU?: unknown } = subject;
  // Of several CNs or OUs Node makes a list: nobody could say which is meant.
  const isWhole = typeof deviceId === 'string' && typeof region === 'string';
  return stream.authorized && isWhole ? { deviceId, region } : 'untrusted';
}
