/** The early-warning score with what it is made of, what it had to assume, and what it misses. */
import { NEWS2_PARAMETERS, type News2Parameter } from '@vitalwire/core/clinical/news2.ts';
import type { Risk } from '../api/client.ts';
import { useStation } from '../station.ts';
import { formatMoment } from '../vital-text.ts';

const LEVEL_TEXT: Readonly<Record<string, string>> = {
  low: 'Low',
  'low-medium': 'Low to medium: urgent ward review',
  medium: 'Medium: urgent response',
  high: 'High: emergency response',
};

const PARAMETER_TEXT: Readonly<Record<News2Parameter, string>> = {
  respiratory_rate: 'Respiratory rate',
  oxygen_saturation: 'SpO₂',
  supplemental_oxygen: 'Air or oxygen',
  blood_pressure_systolic: 'Systolic pressure',
  heartbeat: 'Pulse',
  consciousness: 'Consciousness',
  temperature: 'Temperature',
};

interface Props {
  readonly risk: Risk | undefined;
  readonly loaded: boolean;
  /** Why the patient has no score at all (age, pregnancy). */
  readonly exclusion: string | undefined;
}

export function RiskCard({ risk, loaded, exclusion }: Props) {
  const { now } = useStation();
  if (risk === undefined || exclusion !== undefined) {
    return (
      <section class="risk" aria-label="Early-warning score">
        <h2>NEWS2</h2>
        <p class="hint">{exclusion ?? (loaded ? 'Not scored yet.' : 'Loading…')}</p>
      </section>
    );
  }
  const partial = risk.partial === true;
  const assumed = new Set(risk.assumed ?? []);
  return (
    <section class="risk" aria-label="Early-warning score" data-level={risk.alert_level}>
      <h2>
        NEWS2{' '}
        <b>
          {partial ? '≥ ' : ''}
          {risk.risk_score}
        </b>{' '}
        {partial && <span class="chip chip-partial">Lower bound</span>}{' '}
        <small>
          {LEVEL_TEXT[risk.alert_level] ?? risk.alert_level},{' '}
          {formatMoment(Date.parse(risk.timestamp), now.peek())}
        </small>
      </h2>
      <table class="risk-points">
        <tbody>
          {NEWS2_PARAMETERS.map((parameter) => {
            const points = risk.risk_factors?.[parameter];
            return (
              <tr key={parameter} data-points={points === undefined ? 'missing' : points}>
                <th scope="row">
                  {PARAMETER_TEXT[parameter]}
                  {assumed.has(parameter) && <span class="hint"> assumed normal</span>}
                </th>
                <td>{points === undefined ? 'missing' : points}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {partial && <p class="hint">A value is missing or too old: the true score may be higher.</p>}
    </section>
  );
}
