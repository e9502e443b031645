/** Bars as tables: a screen reader reads the numbers, the eye the lengths. */
import type { Tone } from '../alerts/alert-text.ts';

export interface BarRow {
  readonly label: string;
  readonly count: number;
  readonly tone?: Tone | undefined;
}

export function Bars({ rows, total }: { readonly rows: readonly BarRow[]; readonly total: number }) {
  const longest = Math.max(1, ...rows.map(({ count }) => count));
  if (rows.length === 0) return <p class="hint">None in this time.</p>;
  return (
    <table class="bars">
      <tbody>
        {rows.map(({ label, count, tone }) => (
          <tr key={label} data-tone={tone}>
            <th scope="row">{label}</th>
            <td class="bars-count">{count}</td>
            <td class="bars-bar">
              {count > 0 && <span class="bar-fill" style={{ width: `${(count / longest) * 100}%` }} />}
            </td>
            <td class="bars-share">{total === 0 ? '' : `${Math.round((count / total) * 100)} %`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `counts` of the 24 hours of a day. */
export function Hours({ counts }: { readonly counts: readonly number[] }) {
  const highest = Math.max(1, ...counts);
  return (
    <ol class="hours">
      {counts.map((count, hour) => (
        <li key={hour} aria-label={`${hour}:00: ${count}`} title={`${hour}:00 to ${hour}:59: ${count}`}>
          <span class="hours-bar">
            <span class="bar-fill" style={{ height: `${(count / highest) * 100}%` }}>
              <span class="hours-count">{count}</span>
            </span>
          </span>
          <span class="hours-hour">{hour}</span>
        </li>
      ))}
    </ol>
  );
}
