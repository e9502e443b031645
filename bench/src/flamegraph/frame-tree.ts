/** A CPU profile (`node --cpu-prof`, V8's format) as a tree of frames, each with the time that was spent in it and below it. */

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Id of the node that was running, a sample each. */
  readonly samples: readonly number[];
  /** µs since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface Frame {
  readonly name: string;
  /** File and line, without what is of one machine. */
  readonly place: string;
  /** Whose code it is: a workspace of the repository by its name, or `npm packages`, `Node`, `V8`, `elsewhere`. */
  readonly family: string;
  selfUs: number;
  /** With everything below. */
  totalUs: number;
  /** The most expensive first. */
  children: Frame[];
}

export interface TreeOptions {
  /** URL of the repository that was profiled, ending with a slash. */
  readonly root: string;
  /** Stretch of the profile, seconds from its start: what a start costs can be left out. */
  readonly fromS: number;
  readonly toS: number;
}

const IDLE = '(idle)';

/** Not a CPU profile; the message says why. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
}

/** @throws ProfileError */
export function parseProfile(text: string): CpuProfile {
  let parsed: Partial<CpuProfile> | null;
  try {
    parsed = JSON.parse(text) as Partial<CpuProfile> | null;
  } catch {
    throw new ProfileError('it is no JSON');
  }
  const { nodes, samples, timeDeltas } = parsed ?? {};
  if (!Array.isArray(nodes) || !Array.isArray(samples) || !Array.isArray(timeDeltas)) {
    throw new ProfileError('it has no nodes, samples and timeDeltas');
  }
  return { nodes, samples, timeDeltas };
}

/** Calls of one function from one caller are one frame, whatever the line; idle time is left out. */
export function frameTree(profile: CpuProfile, options: TreeOptions): Frame {
  const selfUs = timeByNode(profile, options);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const top: Frame = { name: 'all', place: '', family: 'V8', selfUs: 0, totalUs: 0, children: [] };
  const merge = (into: Frame, ids: readonly number[]): void => {
    const byKey = new Map(into.children.map((child) => [`${child.name} ${child.place}`, child]));
    for (const id of ids) {
      const node = nodes.get(id);
      if (!node || node.callFrame.functionName === IDLE) continue;
      const frame = frameOf(node, options.root);
      const key = `${frame.name} ${frame.place}`;
      const child = byKey.get(key) ?? frame;
      if (child === frame) {
        byKey.set(key, child);
        into.children.push(child);
      }
      child.selfUs += selfUs.get(id) ?? 0;
      merge(child, node.children ?? []);
    }
  };
  const [first] = profile.nodes;
  merge(top, first?.children ?? []);
  sum(top);
  return top;
}

/** Time of all frames of a family themselves, not of what they call; the most expensive first. */
export function timeByFamily(top: Frame): readonly (readonly [family: string, selfUs: number])[] {
  const times = new Map<string, number>();
  const visit = (frame: Frame): void => {
    times.set(frame.family, (times.get(frame.family) ?? 0) + frame.selfUs);
    frame.children.forEach(visit);
  };
  top.children.forEach(visit);
  return [...times].filter(([, us]) => us > 0).toSorted(([, a], [, b]) => b - a);
}

function timeByNode({ samples, timeDeltas }: CpuProfile, { fromS, toS }: TreeOptions): Map<number, number> {
  const times = new Map<number, number>();
  let atUs = 0;
  for (const [i, id] of samples.entries()) {
    atUs += timeDeltas[i] ?? 0;
    // A delta is the time since the sample before: what was seen now lasts until the next.
    const lastsUs = Math.max(0, timeDeltas[i + 1] ?? 0);
    if (atUs >= fromS * 1e6 && atUs < toS * 1e6) times.set(id, (times.get(id) ?? 0) + lastsUs);
  }
  return times;
}

function sum(frame: Frame): number {
  frame.totalUs = frame.children.reduce((total, child) => total + sum(child), frame.selfUs);
  frame.children = frame.children
    .filter(({ totalUs }) => totalUs > 0)
    .toSorted((a, b) => b.totalUs - a.totalUs);
  return frame.totalUs;
}

function frameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode, root: string): Frame {
  const [family, file] = placeOf(url, root);
  const name = functionName === '' ? '(anonymous)' : functionName;
  const place = file === '' ? '' : `${file}:${lineNumber + 1}`;
  return { name, place, family, selfUs: 0, totalUs: 0, children: [] };
}

function placeOf(url: string, root: string): readonly [family: string, file: string] {
  if (url === '') return ['V8', ''];
  if (url.startsWith('node:')) return ['Node', url];
  const inPackage = url.split('/node_modules/').at(-1);
  if (inPackage !== undefined && inPackage !== url) return ['npm packages', inPackage];
  // Node's own: it reads modules with them.
  if (url.startsWith('wasm:')) return ['Node', 'wasm'];
  if (!url.startsWith(root)) return ['elsewhere', url.split('/').slice(-3).join('/')];
  const inside = url.slice(root.length);
  return [inside.split('/')[0] ?? inside, inside];
}
