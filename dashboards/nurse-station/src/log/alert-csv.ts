/** The log as a table for a spreadsheet: times in UTC, one alert a line. */
import type { AlertDocument } from '../feed/frames.ts';
import { toCsv, type Cell } from './csv.ts';

const COLUMNS: readonly (readonly [string, (alert: AlertDocument) => Cell])[] = [
  ['raised_at', ({ timestamp }) => timestamp],
  ['region', ({ region }) => region],
  ['patient_id', ({ patient_id: id }) => id],
  ['device_id', ({ device_id: id }) => id],
  ['type', ({ type }) => type],
  ['kind', ({ kind }) => kind],
  ['priority', ({ priority }) => priority],
  ['status', ({ status }) => status],
  ['value', ({ value }) => value],
  ['threshold', ({ threshold }) => threshold],
  ['onset', ({ onset }) => onset],
  ['ended_at', ({ ended_at: at }) => at],
  ['late', ({ late }) => (late === true ? 'yes' : '')],
  ['historical', ({ historical }) => (historical === true ? 'yes' : '')],
  ['acknowledged_by', ({ acknowledged_by: by }) => by],
  ['acknowledged_at', ({ acknowledged_at: at }) => at],
  ['resolved_by', ({ resolved_by: by }) => by],
  ['resolved_at', ({ resolved_at: at }) => at],
  ['escalation_step', ({ escalation_step: step }) => step],
  ['mode', ({ mode }) => mode],
  ['message', ({ message }) => message],
  ['alert_id', ({ id }) => id],
];

export const alertCsv = (alerts: readonly AlertDocument[]): string =>
  toCsv([COLUMNS.map(([name]) => name), ...alerts.map((alert) => COLUMNS.map(([, read]) => read(alert)))]);

/** Offers the text as a file of this name. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
