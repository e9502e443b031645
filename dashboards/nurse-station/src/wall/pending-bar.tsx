/** Fills until the condition's delay is over; the compositor moves it, no script runs. */
import type { Pending } from '../feed/patient.ts';
import { useStation } from '../station.ts';

export function PendingBar({ pending }: { readonly pending: Pending }) {
  const station = useStation();
  const gone = station.now.peek() - pending.sinceMs;
  return (
    <span
      class="pending-bar"
      style={{ animationDuration: `${pending.dueMs - pending.sinceMs}ms`, animationDelay: `${-gone}ms` }}
    />
  );
}
