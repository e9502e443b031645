/** The early-warning score in a few letters; empty where there is none. */
import { useComputed } from '@preact/signals';
import type { Bed } from '../station.ts';

export function EarlyWarning({ bed }: { readonly bed: Bed }) {
  const text = useComputed(() => {
    const { score } = bed.patient.value;
    return score === undefined ? '' : `NEWS2 ${score.partial ? '≥ ' : ''}${score.value}`;
  });
  const band = useComputed(() => bandOf(bed.patient.value.score?.value));
  return (
    <span class="early-warning" data-band={band}>
      {text}
    </span>
  );
}

/** As the score's own response levels are cut. */
function bandOf(score: number | undefined): string | undefined {
  if (score === undefined || score < 5) return undefined;
  return score >= 7 ? 'high' : 'medium';
}
