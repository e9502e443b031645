import { escape, px } from '@vitalwire/device-simulator/report/markup.ts';
import { timeByFamily, type Frame } from './frame-tree.ts';

const WIDTH = 1_200;
const ROW = 17;
const MARGIN = 10;
const HEAD = 58;
/** Narrower than this, px, a frame is no more than a hair. */
const WIDTH_MIN = 0.6;
const CHARACTER = 6.2;
const NAMED: Readonly<Record<string, string>> = { 'npm packages': '#a9cf8a', Node: '#a8c6e8', V8: '#cfcfd6' };
const OWN = ['#f2a65a', '#f3c969', '#e98a7b', '#d9a0c9', '#c7b37f', '#8fcfc2'] as const;

/** A flame graph as one SVG that needs nothing else: time is width, callers are below what they call, and a frame tells of itself when pointed at. */
export function renderFlame(top: Frame, title: string): string {
  const colours = coloursOf(top);
  const depth = depthOf(top, WIDTH - 2 * MARGIN, top.totalUs);
  const height = HEAD + (depth + 1) * ROW + MARGIN;
  const parts: string[] = [];
  const draw = (frame: Frame, x: number, level: number): void => {
    const width = ((WIDTH - 2 * MARGIN) * frame.totalUs) / top.totalUs;
    if (width < WIDTH_MIN) return;
    parts.push(box(frame, { x, y: height - MARGIN - (level + 1) * ROW, width }, top.totalUs, colours));
    let childX = x;
    for (const child of frame.children) {
      draw(child, childX, level + 1);
      childX += ((WIDTH - 2 * MARGIN) * child.totalUs) / top.totalUs;
    }
  };
  if (top.totalUs > 0) draw(top, MARGIN, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}">
<style>text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1c2430}.title{font:600 15px system-ui,sans-serif}.key{font:12px system-ui,sans-serif}g:hover rect{stroke:#1c2430;stroke-width:1}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text class="title" x="${MARGIN}" y="22">${escape(title)}</text>
${legend(top, colours)}
${parts.join('\n')}
</svg>
`;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function box(
  frame: Frame,
  { x, y, width }: Place,
  allUs: number,
  colours: ReadonlyMap<string, string>,
): string {
  const percent = (us: number): string => `${((100 * us) / allUs).toFixed(1)} %`;
  const self = frame.selfUs > 0 ? `, ${percent(frame.selfUs)} in itself` : '';
  const about = `${frame.name}${frame.place === '' ? '' : ` (${frame.place})`}: ${percent(frame.totalUs)}${self}`;
  const fits = Math.floor((width - 6) / CHARACTER);
  const label = frame.name.length <= fits ? frame.name : `${frame.name.slice(0, fits - 1)}…`;
  const text = fits < 3 ? '' : `<text x="${px(x + 3)}" y="${px(y + 12)}">${escape(label)}</text>`;
  const fill = colours.get(frame.family) ?? NAMED['V8'];
  return `<g><title>${escape(about)}</title><rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(WIDTH_MIN, width - 0.5))}" height="${ROW - 1}" rx="1" fill="${fill}"/>${text}</g>`;
}

/** Whose code it is, with the share of the time in that code itself. */
function legend(top: Frame, colours: ReadonlyMap<string, string>): string {
  let x = MARGIN;
  return timeByFamily(top)
    .map(([family, us]) => {
      const text = `${family} ${((100 * us) / top.totalUs).toFixed(0)} %`;
      const entry = `<rect x="${px(x)}" y="34" width="12" height="12" rx="2" fill="${colours.get(family)}"/><text class="key" x="${px(x + 17)}" y="44">${escape(text)}</text>`;
      x += 17 + text.length * 6.8 + 14;
      return entry;
    })
    .join('\n');
}

function coloursOf(top: Frame): ReadonlyMap<string, string> {
  let own = 0;
  return new Map(
    timeByFamily(top).map(([family]) => [family, NAMED[family] ?? OWN[own++ % OWN.length] ?? '#f2a65a']),
  );
}

function depthOf(frame: Frame, width: number, allUs: number): number {
  const wide = frame.children.filter(({ totalUs }) => (width * totalUs) / allUs >= WIDTH_MIN);
  return wide.reduce((deepest, child) => Math.max(deepest, 1 + depthOf(child, width, allUs)), 0);
}
