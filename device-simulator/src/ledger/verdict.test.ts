import { describe, expect, it } from 'vitest';
import { Account, type AlertNote } from './account.ts';
import { judge } from './verdict.ts';

const STARTED_MS = 1_800_000_000_000;
const RAN_MS = 300_000;

/** One device that measured for five minutes and had everything acknowledged, with one crossing a minute into it. */
function accountWith(heldBack: readonly (readonly [fromS: number, toS: number])[]): Account {
  const account = new Account();
  const device = {
    device_id: 'D1',
    patient_id: 'P-D1',
    region: 'West',
    fault: undefined,
    expect: [{ alert: 'low_oxygen_saturation', due_ms: 80_000 }],
  };
  account.note({ kind: 'run', started_at_ms: STARTED_MS, devices: [device], asked: {} });
  account.note({ kind: 'boot', boot_id: 1, at_ms: STARTED_MS });
  for (let s = 1; s <= RAN_MS / 1_000; s++) {
    account.made(0, STARTED_MS + s * 1_000);
    account.acknowledged(0, s);
  }
  for (const [from, to] of heldBack) {
    const [fromMs, toMs] = [STARTED_MS + from * 1_000, STARTED_MS + to * 1_000];
    account.note({ kind: 'held_back', device: 0, from_ms: fromMs, to_ms: toMs });
  }
  account.crossing({
    device: 0,
    type: 'low_oxygen_saturation',
    onsetMs: STARTED_MS + 60_000,
    completedMs: STARTED_MS + 75_000,
  });
  return account;
}

const alertOf = (id: string, onsetS: number, seenS: number): AlertNote => ({
  kind: 'alert',
  id,
  patient_id: 'P-D1',
  type: 'low_oxygen_saturation',
  alert_kind: 'physiological',
  onset_ms: STARTED_MS + onsetS * 1_000,
  event: 'raised',
  seen_at_ms: STARTED_MS + seenS * 1_000,
});

function alerted(account: Account, onsetS: number, seenS: number): Account {
  account.alert(alertOf('A', onsetS, seenS));
  return account;
}

const verdictOf = (account: Account) =>
  judge(account, { stores: undefined, sees: 'stations', lateAfterMs: 5_000, ranMs: RAN_MS });

describe('a crossing', () => {
  it('without an alert is lost', () => {
    const { alerts, is_kept: isKept } = verdictOf(accountWith([]));
    expect(alerts).toMatchObject({ expected: 1, exempt: 0, lost: 1 });
    expect(isKept).toBe(false);
  });

  it('whose readings were held back is exempt, and so is the scenario that named it', () => {
    const { alerts, promises, is_kept: isKept } = verdictOf(accountWith([[50, 70]]));
    expect(alerts).toMatchObject({ expected: 0, exempt: 1, lost: 0 });
    expect(promises.find(({ promise }) => promise.startsWith('a scenario'))).toMatchObject({
      checked: 0,
      exempt: 1,
    });
    expect(isKept).toBe(true);
  });

  it('is not exempt for an outage that was over long before, or came after', () => {
    expect(
      verdictOf(
        accountWith([
          [0, 20],
          [90, 120],
        ]),
      ).alerts,
    ).toMatchObject({ exempt: 0, lost: 1 });
  });

  it('that alerts with another onset after an outage, when its timing began anew, is explained', () => {
    expect(verdictOf(alerted(accountWith([[50, 70]]), 71, 90)).alerts).toMatchObject({ unexplained: 0 });
    expect(verdictOf(alerted(accountWith([]), 71, 90)).alerts).toMatchObject({ unexplained: 1 });
  });

  it('is what the tester foretells; trends and scores it leaves alone', () => {
    const account = alerted(accountWith([]), 60, 61);
    for (const type of ['falling_blood_pressure_systolic', 'early_warning_score'])
      account.alert({ ...alertOf(type, 90, 91), type });
    expect(verdictOf(account).alerts).toMatchObject({ unexplained: 0 });
    account.alert({ ...alertOf('C', 90, 91), type: 'high_temperature' });
    expect(verdictOf(account).alerts).toMatchObject({ unexplained: 1 });
  });

  it('that alerts is found and must alert once, whatever was held back', () => {
    const account = alerted(accountWith([[50, 70]]), 60, 100);
    account.alert(alertOf('B', 60, 101));
    expect(verdictOf(account).alerts).toMatchObject({ expected: 1, found: 1, late: 0, doubled: 1 });
    expect(verdictOf(alerted(accountWith([]), 60, 100)).alerts).toMatchObject({ found: 1, late: 1 });
  });
});

it('a device with a wrong token is held against the deployment, and not against its stations', () => {
  const stranger = {
    device_id: 'D2',
    patient_id: 'P-D2',
    region: 'West',
    fault: 'wrong-credentials' as const,
    expect: [],
  };
  const account = new Account();
  account.note({ kind: 'run', started_at_ms: STARTED_MS, devices: [stranger], asked: {} });
  const promised = (): unknown =>
    verdictOf(account).promises.flatMap(({ promise, checked, broken }) =>
      /wrong token|in order/.test(promise) ? [[promise, checked, broken]] : [],
    );
  const station = 'what a station is shown is in order and without gaps';
  expect(promised()).toEqual([
    ['a device with a wrong token is not let in', 1, 0],
    [station, 0, 0],
  ]);
  account.note({ kind: 'let_in', device_id: 'D2' });
  expect(promised()).toEqual([
    ['a device with a wrong token is not let in', 1, 1],
    [station, 0, 0],
  ]);
  expect(verdictOf(account)).toMatchObject({ out_of_order: 0, is_kept: false });
});

it('an alert that a scenario names is not demanded of a time in which the tester was away', () => {
  const away = accountWith([]);
  away.note({ kind: 'boot', boot_id: 2, at_ms: STARTED_MS + 100_000 });
  const scenario = 'a scenario brings the alerts it names, in time';
  const scenarioOf = (account: Account) =>
    verdictOf(account).promises.find(({ promise }) => promise === scenario);
  expect(scenarioOf(accountWith([]))).toMatchObject({ checked: 1, broken: 1, exempt: 0 });
  expect(scenarioOf(away)).toMatchObject({ checked: 0, broken: 0, exempt: 1 });
  const afterwards = accountWith([]);
  afterwards.note({ kind: 'boot', boot_id: 2, at_ms: STARTED_MS + 200_000 });
  expect(scenarioOf(afterwards)).toMatchObject({ broken: 1, exempt: 0 });
});
