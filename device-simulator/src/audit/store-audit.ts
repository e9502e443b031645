import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { ACCOUNTS } from '../faults/faults.ts';
import { Account, type DeviceAccount } from '../ledger/account.ts';
import { readMoments, type Moment } from '../ledger/read-account.ts';
import type { ApiClient } from './api-client.ts';

/** What the stores hold of the readings in the ledger. */
export interface StoreFindings {
  /** Acknowledged readings that were looked for. */
  readonly expected: number;
  readonly found: number;
  /** Acknowledged and not in the stores. */
  readonly lost: number;
  /** In the stores twice or more. */
  readonly duplicated: number;
  /** In the stores, and never made by the device: also what had to be rejected. */
  readonly unexplained: number;
  /** Sent without an acknowledgement, and there all the same: allowed. */
  readonly unacknowledgedFound: number;
  /** Device ids with a finding, a few of them. */
  readonly examples: readonly string[];
}

export interface AuditOptions {
  readonly path: string;
  readonly account: Account;
  readonly api: ApiClient;
  readonly clock: Clock;
  /** How long the stores may take to have caught up. */
  readonly settleMs: number;
  /** Readings after the ledger's last, that a tester without power did not write down, are no wonder. */
  readonly mayEndEarly: boolean;
  onProgress(done: number, of: number): void;
}

/** Readings held in memory at once: about a hundred bytes each. */
const BATCH_READINGS = 1_000_000;
const CONCURRENT = 8;
const POLL_MS = 500;
const EXAMPLES_MAX = 5;
/** A corrected clock may put a reading so far from where the device did. */
const NEAR_MS = 30 * 60_000;

interface Sums {
  expected: number;
  found: number;
  lost: number;
  duplicated: number;
  unexplained: number;
  unacknowledgedFound: number;
}

/** Looks for every acknowledged reading of the ledger in the stores, through the API, until it is there or the time for that is over. */
export async function auditStores(options: AuditOptions): Promise<StoreFindings> {
  const { account, path } = options;
  const sums: Sums = {
    expected: 0,
    found: 0,
    lost: 0,
    duplicated: 0,
    unexplained: 0,
    unacknowledgedFound: 0,
  };
  const examples: string[] = [];
  const deadlineMs = options.clock.monotonic() + options.settleMs;
  let done = 0;
  for (const batch of batches(account)) {
    const moments = await readMoments(path, account, new Set(batch));
    await inParallel(batch, CONCURRENT, async (index) => {
      const device = account.devices[index]!;
      const findings = await auditDevice(device, moments.get(index) ?? [], deadlineMs, options);
      if (findings.lost + findings.duplicated + findings.unexplained > 0 && examples.length < EXAMPLES_MAX) {
        examples.push(
          `${device.spec.device_id}: ${findings.lost} lost, ${findings.duplicated} twice, ${findings.unexplained} unexplained`,
        );
      }
      for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += findings[name];
      options.onProgress(++done, account.devices.length);
    });
  }
  return { ...sums, examples };
}

async function auditDevice(
  device: DeviceAccount,
  made: readonly Moment[],
  deadlineMs: number,
  { account, api, clock, mayEndEarly }: AuditOptions,
): Promise<Sums> {
  const { spec } = device;
  const moments = spec.fault === undefined ? 'exact' : ACCOUNTS[spec.fault].moments;
  const traces = await tracesElsewhere(device, api);
  if (made.length === 0 || moments === 'nowhere') {
    const found =
      made.length === 0
        ? []
        : await api.moments(
            spec.patient_id,
            spec.device_id,
            device.firstMeasuredMs - 1,
            device.lastMeasuredMs + 1,
          );
    return {
      expected: 0,
      found: 0,
      lost: 0,
      duplicated: 0,
      unexplained: found.length,
      unacknowledgedFound: 0,
    };
  }
  const reachMs = moments === 'near' ? NEAR_MS : mayEndEarly ? 0 : 1_000;
  for (;;) {
    const stored = await api.moments(
      spec.patient_id,
      spec.device_id,
      device.firstMeasuredMs - reachMs,
      device.lastMeasuredMs + 1 + reachMs,
    );
    const sums =
      moments === 'near'
        ? compareCounts(made, stored)
        : compareMoments(
            made,
            stored.filter((at) => !isUnwritten(account, device, at)),
          );
    if (sums.lost === 0 || clock.monotonic() > deadlineMs) {
      return { ...sums, unexplained: sums.unexplained + traces };
    }
    await clock.sleep(POLL_MS);
  }
}

/** What a tester without power sent after the last that it could write down. */
function isUnwritten({ bootsAtMs }: Account, { boots }: DeviceAccount, atMs: number): boolean {
  return boots.some(({ lastMeasuredMs }, boot) => atMs > lastMeasuredMs && atMs < (bootsAtMs[boot + 1] ?? 0));
}

/** The bed on whose topic it published, wrongly, must know nothing of it. */
async function tracesElsewhere({ spec, ...device }: DeviceAccount, api: ApiClient): Promise<number> {
  if (spec.fault !== 'wrong-topic') return 0;
  const foreign = `${spec.device_id}-elsewhere`;
  const fromMs = device.firstMeasuredMs - NEAR_MS;
  return (await api.moments(`P-${foreign}`, foreign, fromMs, device.lastMeasuredMs + NEAR_MS)).length;
}

export function compareMoments(made: readonly Moment[], stored: readonly number[]): Sums {
  const unseen = new Map<number, boolean>(made.map((moment) => [moment.measuredAtMs, moment.isAcknowledged]));
  const seen = new Set<number>();
  const sums = { expected: 0, found: 0, lost: 0, duplicated: 0, unexplained: 0, unacknowledgedFound: 0 };
  for (const at of stored) {
    const isAcknowledged = unseen.get(at);
    if (seen.has(at)) sums.duplicated++;
    else if (isAcknowledged === undefined) sums.unexplained++;
    else if (isAcknowledged) sums.found++;
    else sums.unacknowledgedFound++;
    seen.add(at);
  }
  for (const isAcknowledged of unseen.values()) if (isAcknowledged) sums.expected++;
  return { ...sums, lost: sums.expected - sums.found };
}

/** Where a corrected clock decides the moment, only the number can be held to. */
function compareCounts(made: readonly Moment[], stored: readonly number[]): Sums {
  const expected = made.filter(({ isAcknowledged }) => isAcknowledged).length;
  const found = Math.min(expected, stored.length);
  const beyond = stored.length - made.length;
  return {
    expected,
    found,
    lost: expected - found,
    duplicated: 0,
    unexplained: Math.max(0, beyond),
    unacknowledgedFound: Math.max(0, Math.min(made.length, stored.length) - expected),
  };
}

function* batches(account: Account): Generator<number[]> {
  let [batch, readings]: [number[], number] = [[], 0];
  for (const [index, device] of account.devices.entries()) {
    const { made } = Account.sums(device);
    if (batch.length > 0 && readings + made > BATCH_READINGS) {
      yield batch;
      [batch, readings] = [[], 0];
    }
    batch.push(index);
    readings += made;
  }
  if (batch.length > 0) yield batch;
}

async function inParallel<T>(
  items: readonly T[],
  width: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await task(item);
    }),
  );
}
