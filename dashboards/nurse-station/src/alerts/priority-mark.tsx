/** A shape for each priority, so that colour is never alone: octagon !!!, triangle !!, diamond !, circle i; technical a square T. */
import type { Tone } from './alert-text.ts';

const SHAPES: Readonly<Record<Tone, { readonly path: string; readonly text: string; readonly y: number }>> = {
  critical: { path: 'M8 1h8l7 7v8l-7 7H8l-7-7V8z', text: '!!!', y: 17 },
  high: { path: 'M12 1.5 23.5 22.5H.5z', text: '!!', y: 20 },
  medium: { path: 'M12 .5 23.5 12 12 23.5.5 12z', text: '!', y: 17 },
  low: { path: 'M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22z', text: 'i', y: 17 },
  technical: { path: 'M2 2h20v20H2z', text: 'T', y: 17 },
};

export function PriorityMark({ tone }: { readonly tone: Tone }) {
  const { path, text, y } = SHAPES[tone];
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
      <text x="12" y={y} text-anchor="middle">
        {text}
      </text>
    </svg>
  );
}
