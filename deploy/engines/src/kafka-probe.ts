import { askTcp } from './network.ts';

const findCoordinatorKey = 10;
const requestVersion = 1;
/** Consumers ask for the first, idempotent producers for the second. */
const coordinatorKinds = [0, 1] as const;

/**
 * Asks a broker for the coordinators of a consumer group and of a transaction (FindCoordinator v1). Kafka's socket
 * answers seconds before a client could work: this is true only once the cluster has made the topics behind both
 * coordinators, which needs as many brokers as they have replicas.
 */
export async function findsCoordinators(host: string, port: number): Promise<boolean> {
  for (const kind of coordinatorKinds) {
    const answer = await askTcp(host, port, encodeRequest('engines-ready', kind), isWhole);
    if (errorCode(answer) !== 0) return false;
  }
  return true;
}

/** Size, header (key, version, correlation id, client id), then the id to coordinate and its kind. */
export function encodeRequest(id: string, kind: (typeof coordinatorKinds)[number]): Buffer {
  const body = Buffer.concat([
    int16(findCoordinatorKey),
    int16(requestVersion),
    int32(1),
    text('vitalwire-engines'),
    text(id),
    Buffer.of(kind),
  ]);
  return Buffer.concat([int32(body.length), body]);
}

/** Size, correlation id and throttle time, each of four bytes, come before the error code. */
export function errorCode(answer: Buffer): number {
  return answer.readInt16BE(12);
}

function isWhole(answer: Buffer): boolean {
  return answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
