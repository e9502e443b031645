/** The early-warning score with what it is made of, and what it had to assume. */
import type { Risk } from '../api/client.ts';
import { useStation } from '../station.ts';
import { formatMoment } from '../vital-text.ts';

const LEVEL_TEXT: Readonly<Record<string, string>> = {
  low: 'Low',
  'low-medium': 'Low to medium: urgent ward review',
  medium: 'Medium: urgent response',
  high: 'High: emergency response',
};

export function RiskCard({ risk, loaded }: { readonly risk: Risk | undefined; readonly loaded: boolean }) {
  const { now } = useStation();
  if (risk === undefined) {
    return (
      <section class="risk" aria-label="Early-warning score">
        <h2>NEWS2</h2>
        <p class="hint">{loaded ? 'Not scored yet.' : 'Loading…'}</p>
      </section>
    );
  }
  const factors = Object.entries(risk.risk_factors ?? {}).filter(([, points]) => points > 0);
  return (
    <section class="risk" aria-label="Early-warning score" data-level={risk.alert_level}>
      <h2>
        NEWS2{' '}
        <b>
          {risk.partial === true ? '≥ ' : ''}
          {risk.risk_score}
        </b>{' '}
        <small>
          {LEVEL_TEXT[risk.alert_level] ?? risk.alert_level},{' '}
          {formatMoment(Date.parse(risk.timestamp), now.peek())}
        </small>
      </h2>
      <p class="hint">
        {factors.length === 0
          ? 'No parameter scores.'
          : factors.map(([name, points]) => `${name.replaceAll('_', ' ')} +${points}`).join(', ')}
        {risk.partial === true && ' Partial: a value is missing, the true score may be higher.'}
        {(risk.assumed ?? []).length > 0 &&
          ` Assumed normal: ${(risk.assumed ?? []).join(', ').replaceAll('_', ' ')}.`}
      </p>
    </section>
  );
}
