import { describe, expect, it } from 'vitest';
import { renderFlame } from './flame-svg.ts';
import { frameTree, parseProfile, timeByFamily, type CpuProfile, type Frame } from './frame-tree.ts';

const frame = (functionName: string, url = '', lineNumber = 9) => ({ functionName, url, lineNumber });
/** Root, idle, and `take` called from `onData` at two of its lines, which a profile keeps apart. */
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 4, 8] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('onData', 'node:net'), children: [5] },
    { id: 4, callFrame: frame('onData', 'node:net'), children: [6] },
    { id: 5, callFrame: frame('take', 'file:///home/someone/repo/ingest-gateway/src/session.ts') },
    {
      id: 6,
      callFrame: frame('take', 'file:///home/someone/repo/ingest-gateway/src/session.ts'),
      children: [7],
    },
    { id: 7, callFrame: frame('', 'file:///home/someone/repo/node_modules/aedes/lib/<client>.js') },
    { id: 8, callFrame: frame('(garbage collector)') },
  ],
  samples: [2, 5, 6, 7, 8, 2],
  // The time a sample stands for is that until the next.
  timeDeltas: [0, 1_000_000, 300, 400, 200, 100],
};
const options = { root: 'file:///home/someone/repo/', fromS: 0, toS: Infinity };

const outline = ({ name, totalUs, children }: Frame): unknown => [name, totalUs, children.map(outline)];

describe('the tree', () => {
  it('adds up what was called from one place, without idle time, the most expensive first', () => {
    expect(outline(frameTree(profile, options))).toEqual([
      'all',
      1_000,
      [
        ['onData', 900, [['take', 900, [['(anonymous)', 200, []]]]]],
        ['(garbage collector)', 100, []],
      ],
    ]);
  });

  it('says whose code took the time, by workspace and package', () => {
    expect(timeByFamily(frameTree(profile, options))).toEqual([
      ['ingest-gateway', 700],
      ['npm packages', 200],
      ['V8', 100],
    ]);
  });

  it('says so of code outside of the repository, and tells nothing of where it lies', () => {
    const top = frameTree(profile, { ...options, root: 'file:///another/repo/' });
    expect(timeByFamily(top).map(([family]) => family)).toContain('elsewhere');
    expect(top.children[0]?.children[0]?.place).toBe('ingest-gateway/src/session.ts:10');
  });

  it('of a part of the profile has its time alone', () => {
    expect(frameTree(profile, { ...options, fromS: 1.0005 }).totalUs).toBe(300);
    expect(frameTree(profile, { ...options, toS: 1.0005 }).totalUs).toBe(700);
  });

  it.each([
    ['nonsense', /no JSON/],
    ['{"nodes":[]}', /no nodes, samples and timeDeltas/],
    ['null', /no nodes/],
  ])('is not made of %s', (text, message) => expect(() => parseProfile(text)).toThrow(message));
});

describe('the picture', () => {
  const svg = renderFlame(frameTree(profile, options), 'gateway <of a test>');

  it('is as wide as the time, names what it shows and escapes it', () => {
    const widths = Object.fromEntries(
      [...svg.matchAll(/<title>(\S+).*?<\/title><rect x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)].map(
        ([, name, width]) => [name, Number(width)],
      ),
    );
    expect(widths['take'] / widths['all:']).toBeCloseTo(0.9, 2);
    expect(svg).toContain('take (ingest-gateway/src/session.ts:10): 90.0 %, 70.0 % in itself');
    expect(svg).toContain('aedes/lib/&lt;client&gt;.js');
    expect(svg).toContain('gateway &lt;of a test&gt;');
    expect(svg).toContain('ingest-gateway 70 %');
  });

  it('needs nothing else, and tells nothing of the machine', () => {
    expect(svg).not.toMatch(/<script|href|someone|file:/);
  });
});
