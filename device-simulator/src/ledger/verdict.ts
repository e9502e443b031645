import { ACCOUNTS } from '../faults/faults.ts';
import type { StoreFindings } from '../audit/store-audit.ts';
import { Account, type DeviceAccount } from './account.ts';

/** One promise of the deployment, and how often it was broken. */
export interface Promised {
  readonly promise: string;
  /** What was looked at. */
  readonly checked: number;
  readonly broken: number;
  /** Not found, and not held against it: see docs/load-testing.md, "What is exempt". */
  readonly exempt: number;
  /** A few, in words. */
  readonly examples: readonly string[];
}

export interface Verdict {
  readonly readings: {
    readonly made: number;
    readonly acknowledged: number;
    readonly refused: number;
    readonly given_up: number;
    readonly unacknowledged: number;
  };
  readonly stores: StoreFindings | null;
  readonly alerts: {
    /** Crossings that had to alert. */
    readonly expected: number;
    /** Crossings that did not alert and need not have: their readings were held back for too long. */
    readonly exempt: number;
    readonly found: number;
    readonly lost: number;
    readonly late: number;
    readonly doubled: number;
    readonly unexplained: number;
  };
  readonly out_of_order: number;
  readonly promises: readonly Promised[];
  readonly is_kept: boolean;
}

export interface VerdictOptions {
  readonly stores: StoreFindings | undefined;
  /** Whether alerts were looked for on stations, or at least through the API. */
  readonly sees: 'stations' | 'api' | 'nothing';
  /** An alert later than this after it was due is late. */
  readonly lateAfterMs: number;
  /** How long the run lasted, in the patients' time. */
  readonly ranMs: number;
}

const EXAMPLES_MAX = 5;
/** Alerts of a patient that the tester foretells. Trends and early-warning scores it does not: they are neither demanded nor unexplained. */
const isOfLimit = (type: string): boolean => /^(low|high)_/.test(type);
/** Any device may be gone at the end of a run, or while its connection is. */
const GONE_TYPES: ReadonlySet<string> = new Set(['signal_lost', 'device_offline', 'feed_late']);

/** What the ledger says of the deployment's promises. */
export function judge(account: Account, { stores, sees, lateAfterMs, ranMs }: VerdictOptions): Verdict {
  const sums = account.devices.filter(isAdmitted).map((device) => Account.sums(device));
  const total = (name: 'made' | 'acknowledged' | 'refused' | 'dropped'): number =>
    sums.reduce((all, device) => all + device[name], 0);
  const readings = {
    made: total('made'),
    acknowledged: total('acknowledged'),
    refused: total('refused'),
    given_up: total('dropped'),
    unacknowledged: total('made') - total('acknowledged') - total('refused') - total('dropped'),
  };
  const promises: Promised[] = [];
  const promise = (
    text: string,
    checked: number,
    examples: readonly string[],
    { broken = examples.length, exempt = 0 }: { broken?: number; exempt?: number } = {},
  ): void =>
    void promises.push({ promise: text, checked, broken, exempt, examples: examples.slice(0, EXAMPLES_MAX) });

  if (stores) {
    promise(
      'an acknowledged reading is in the stores',
      stores.expected,
      stores.lost > 0 ? stores.examples : [],
      { broken: stores.lost },
    );
    promise('a reading is stored once', stores.found, stores.duplicated > 0 ? stores.examples : [], {
      broken: stores.duplicated,
    });
    promise(
      'nothing is stored that was not measured',
      stores.found,
      stores.unexplained > 0 ? stores.examples : [],
      { broken: stores.unexplained },
    );
  }
  const alerts = sees === 'nothing' ? NO_ALERTS : judgeAlerts(account, sees, lateAfterMs, promise);
  if (sees !== 'nothing') {
    judgeScenarios(account, lateAfterMs, ranMs, promise);
    judgeTechnical(account, ranMs, promise);
  }
  const strangers = account.devices.filter((device) => !isAdmitted(device)).length;
  if (strangers > 0) promise('a device with a wrong token is not let in', strangers, account.letIn);
  if (sees === 'stations') {
    promise('what a station is shown is in order and without gaps', account.alertIds.size, account.broken);
  }

  return {
    readings,
    stores: stores ?? null,
    alerts,
    out_of_order: account.broken.length,
    promises,
    is_kept: promises.every(({ broken }) => broken === 0),
  };
}

const NO_ALERTS: Verdict['alerts'] = {
  expected: 0,
  exempt: 0,
  found: 0,
  lost: 0,
  late: 0,
  doubled: 0,
  unexplained: 0,
};

type AddPromise = (
  text: string,
  checked: number,
  examples: readonly string[],
  counts?: { broken?: number; exempt?: number },
) => void;

function judgeAlerts(
  account: Account,
  sees: 'stations' | 'api',
  lateAfterMs: number,
  promise: AddPromise,
): Verdict['alerts'] {
  let [found, exempt] = [0, 0];
  const [lost, late, doubled]: [string[], string[], string[]] = [[], [], []];
  const judged = [...account.crossings.values()].filter(
    ({ device, onsetMs }) => isComplete(account.devices[device]) && !isBlind(account, onsetMs),
  );
  for (const crossing of judged) {
    const { type, device, onsetMs, completedMs, alertIds, seenAtMs } = crossing;
    const of = account.devices[device]!;
    const isDoubtful = Account.isDoubtful(of, onsetMs, completedMs);
    const name = `${type} of ${of.spec.device_id}, begun ${new Date(onsetMs).toISOString()}`;
    const isSeen = sees === 'stations' ? seenAtMs !== undefined : alertIds.size > 0;
    if (isSeen) found++;
    else if (isDoubtful) exempt++;
    else lost.push(alertIds.size > 0 ? `${name}: stored, and shown to no station` : name);
    if (seenAtMs !== undefined && !isDoubtful && seenAtMs - completedMs > lateAfterMs) {
      late.push(`${name}: ${Math.round((seenAtMs - completedMs) / 100) / 10} s after it was due`);
    }
    if (alertIds.size > 1) doubled.push(`${name}: ${[...alertIds].join(' and ')}`);
  }
  const unexplained = [...account.unmatched.values()].filter((alert) => {
    const device = account.byPatient(alert.patient_id);
    // A tester that was away does not know what it sent last.
    if (!device || account.bootsAtMs.length > 1) return false;
    if (alert.alert_kind === 'technical') return !explains(device, alert.type);
    if (!isOfLimit(alert.type)) return false;
    return Account.judges(device) && !Account.isDoubtful(device, alert.onset_ms, alert.onset_ms);
  });
  const expected = judged.length - exempt;
  promise('a crossing alerts', expected, lost, { exempt });
  promise(`an alert is there within ${lateAfterMs / 1_000} s of when it was due`, found, late);
  promise('a crossing alerts once', found, doubled);
  promise(
    'an alert has a cause',
    account.alertIds.size,
    unexplained.map(
      ({ type, patient_id, onset_ms }) =>
        `${type} of ${patient_id}, begun ${new Date(onset_ms).toISOString()}`,
    ),
  );
  return {
    expected,
    exempt,
    found,
    lost: lost.length,
    late: late.length,
    doubled: doubled.length,
    unexplained: unexplained.length,
  };
}

function judgeScenarios(account: Account, lateAfterMs: number, ranMs: number, promise: AddPromise): void {
  const missing: string[] = [];
  let [checked, exempt] = [0, 0];
  const startedMs = account.run?.started_at_ms ?? 0;
  const seen = new Map<string, number>();
  for (const { device, type, alertIds, seenAtMs, completedMs } of account.crossings.values()) {
    if (alertIds.size === 0) continue;
    const key = `${device} ${type}`;
    seen.set(key, Math.min(seen.get(key) ?? Infinity, seenAtMs ?? completedMs));
  }
  for (const [index, device] of account.devices.entries()) {
    if (!isComplete(device)) continue;
    for (const { alert, due_ms: dueMs } of device.spec.expect) {
      if (dueMs > ranMs) continue;
      const atMs = (seen.get(`${index} ${alert}`) ?? Infinity) - startedMs;
      const isMissing = atMs > dueMs + lateAfterMs;
      const wasAway = account.bootsAtMs
        .slice(1)
        .some((bootMs) => bootMs < startedMs + dueMs + BLIND_AFTER_BOOT_MS);
      if (isMissing && (wasAway || Account.isDoubtful(device, startedMs, startedMs + dueMs))) {
        exempt++;
        continue;
      }
      checked++;
      if (isMissing)
        missing.push(`${alert} of ${device.spec.device_id}, by second ${dueMs / 1_000} of the run`);
    }
  }
  if (checked + exempt > 0)
    promise('a scenario brings the alerts it names, in time', checked, missing, { exempt });
}

function judgeTechnical(account: Account, ranMs: number, promise: AddPromise): void {
  const demanding = account.devices.filter(
    ({ spec }) => spec.fault !== undefined && ACCOUNTS[spec.fault].demands.length > 0,
  );
  if (ranMs < 30_000 || demanding.length === 0) return;
  const missing = demanding.flatMap(({ spec }) =>
    ACCOUNTS[spec.fault!].demands
      .filter((type) => account.technical.get(spec.patient_id)?.has(type) !== true)
      .map((type) => `${type} of ${spec.device_id}`),
  );
  promise('a technical fault brings its technical alert', demanding.length, missing);
}

function explains({ spec }: DeviceAccount, type: string): boolean {
  if (GONE_TYPES.has(type)) return true;
  return spec.fault !== undefined && ACCOUNTS[spec.fault].explains.includes(type);
}

/** A tester that comes back does not know what its patients crossed while it was away: that has another onset than it sees. */
const BLIND_AFTER_BOOT_MS = 60_000;
const isBlind = ({ bootsAtMs }: Account, onsetMs: number): boolean =>
  bootsAtMs.slice(1).some((atMs) => onsetMs >= atMs && onsetMs < atMs + BLIND_AFTER_BOOT_MS);

const isAdmitted = ({ spec }: DeviceAccount): boolean =>
  spec.fault === undefined || ACCOUNTS[spec.fault].moments !== 'nowhere';

/** Every reading got through, so that the deployment knows what the tester knows. */
function isComplete(device: DeviceAccount | undefined): boolean {
  if (!device || !Account.judges(device)) return false;
  const { made, acknowledged } = Account.sums(device);
  return made === acknowledged;
}
