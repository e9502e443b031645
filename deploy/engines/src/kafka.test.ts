import { expect, test } from 'vitest';
import { encodeRequest, errorCode } from './kafka-probe.ts';
import { kafkaProperties } from './kafka.ts';
import { portDefaults } from './settings.ts';

const properties = (nodes: number, index: number) =>
  Object.fromEntries(
    kafkaProperties({ nodes, ports: portDefaults }, index, '/data')
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/).slice(0, 2)),
  ) as Record<string, string>;

test('one node is its own quorum and keeps single copies', () => {
  const one = properties(1, 0);
  expect(one['controller.quorum.voters']).toBe('1@127.0.0.1:9093');
  expect(one['listeners']).toBe('PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093');
  expect(one['offsets.topic.replication.factor']).toBe('1');
  expect(one['min.insync.replicas']).toBe('1');
});

test('of three nodes one may fail: three copies, two of them in sync', () => {
  const third = properties(3, 2);
  expect(third['node.id']).toBe('3');
  expect(third['controller.quorum.voters']).toBe('1@127.0.0.1:9093,2@127.0.0.1:9103,3@127.0.0.1:9113');
  expect(third['advertised.listeners']).toBe('PLAINTEXT://127.0.0.1:9112');
  expect(third['default.replication.factor']).toBe('3');
  expect(third['min.insync.replicas']).toBe('2');
});

test('the readiness request is FindCoordinator v1 with its length first', () => {
  const request = encodeRequest('g', 1);
  expect(request.readInt32BE(0)).toBe(request.length - 4);
  expect([request.readInt16BE(4), request.readInt16BE(6)]).toEqual([10, 1]);
  expect(request.subarray(-4)).toEqual(Buffer.from([0, 1, 'g'.charCodeAt(0), 1]));
  // Length, correlation id, throttle time, then COORDINATOR_NOT_AVAILABLE.
  const coordinatorNotAvailable = Buffer.from([0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 15]);
  expect(errorCode(coordinatorNotAvailable)).toBe(15);
});
