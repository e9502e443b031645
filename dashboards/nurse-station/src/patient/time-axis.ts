/** Times under a chart, in the station's own zone and 24 h. */
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const month = new Intl.DateTimeFormat('en-GB', { month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const DAY_MS = 86_400_000;

/** One label a split; where the day or the year changes, it says so. */
export function timeLabels(splits: readonly number[], stepMs: number): string[] {
  return splits.map((at, index) => {
    const before = splits[index - 1];
    if (stepMs >= 28 * DAY_MS) {
      const year = new Date(at).getFullYear();
      const turned = before !== undefined && new Date(before).getFullYear() !== year;
      return turned ? `${month.format(at)} ${year}` : month.format(at);
    }
    if (stepMs >= DAY_MS) return day.format(at);
    if (before !== undefined && day.format(before) !== day.format(at)) return day.format(at);
    return stepMs < 60_000 ? seconds.format(at) : time.format(at);
  });
}

export const formatCursor = (atMs: number): string => full.format(atMs);
