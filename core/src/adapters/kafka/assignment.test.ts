import { describe, expect, it } from 'vitest';
import {
  assignPartitions,
  decodeAssignment,
  decodeTopics,
  encodeAssignment,
  encodeTopics,
} from './assignment.ts';

describe('assignment', () => {
  it('gives each partition to one member, the same number of every topic to the same one', () => {
    const members = ['c', 'a', 'b'].map((memberId) => ({ memberId, topics: ['x', 'y'] }));
    const assigned = assignPartitions(members, () => 7);
    const all = [...assigned.values()].flat();
    expect(all).toHaveLength(14);
    for (let partition = 0; partition < 7; partition++) {
      const holders = [...assigned].filter(([, held]) => held.some((one) => one.partition === partition));
      expect(holders).toHaveLength(1);
    }
    const sizes = [...assigned.values()].map((held) => held.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2);
  });

  it('gives nothing of a topic to who did not ask for it', () => {
    const members = [
      { memberId: 'a', topics: ['x'] },
      { memberId: 'b', topics: ['x', 'y'] },
    ];
    const assigned = assignPartitions(members, () => 4);
    expect(assigned.get('a')?.every(({ topic }) => topic === 'x')).toBe(true);
    expect(assigned.get('b')?.filter(({ topic }) => topic === 'y')).toHaveLength(4);
  });

  it('travels whole', () => {
    const partitions = [
      { topic: 'x', partition: 3 },
      { topic: 'x', partition: 1 },
      { topic: 'é', partition: 0 },
    ];
    expect(decodeAssignment(encodeAssignment(partitions))).toEqual(partitions);
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
    expect(decodeTopics(encodeTopics(['x', 'é']))).toEqual(['x', 'é']);
  });
});
