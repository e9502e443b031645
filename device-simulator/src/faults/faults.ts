/** What the ledger may ask of a device with the fault. */
export interface FaultAccount {
  readonly description: string;
  /**
   * Where its readings must be found: `exact` at the moment the device stamped, `near` at that moment or the one a corrected clock would have
   * given, `nowhere` because it must not be let in.
   */
  readonly moments: 'exact' | 'near' | 'nowhere';
  /** `required`: crossings must alert as of any device. `unjudged`: an alert is neither demanded nor unexplained. */
  readonly alerts: 'required' | 'unjudged';
  /** Whether it holds readings back by itself: how late they are is then its own doing, and in no percentile. */
  readonly delays: boolean;
  /** Technical alerts that it explains. */
  readonly explains: readonly string[];
  /** Technical alerts that it must bring, given half a minute. */
  readonly demands: readonly string[];
}

export const FAULTS = [
  'lead-off',
  'artefact',
  'stuck',
  'celsius',
  'clock-skew',
  'clock-drift',
  'clock-jump',
  'duplicates',
  'disorder',
  'offline',
  'half-open',
  'abrupt-loss',
  'garbage',
  'wrong-credentials',
  'wrong-topic',
] as const;
export type FaultName = (typeof FAULTS)[number];

const GONE = ['signal_lost', 'device_offline', 'feed_late'] as const;
const CLOCK = ['clock_wrong', 'feed_late', 'signal_lost'] as const;

const as = (
  description: string,
  moments: FaultAccount['moments'],
  alerts: FaultAccount['alerts'],
  {
    delays = false,
    explains = [],
    demands = [],
  }: Partial<Pick<FaultAccount, 'delays' | 'explains' | 'demands'>> = {},
): FaultAccount => ({ description, moments, alerts, delays, explains, demands });

export const ACCOUNTS: Readonly<Record<FaultName, FaultAccount>> = {
  'lead-off': as(
    'the SpO2 probe is off for 20 s of each 40: a technical alert must come',
    'exact',
    'unjudged',
    { explains: ['lead_off'], demands: ['lead_off'] },
  ),
  artefact: as(
    '3 s of each 20 read heart rate 250 and SpO2 40, marked as artefact: no alert may come',
    'exact',
    'required',
  ),
  stuck: as('values freeze after 10 s: plausible, stored, no alert', 'exact', 'required'),
  celsius: as('temperature is sent in Celsius: stored in Fahrenheit, no alert', 'exact', 'required'),
  'clock-skew': as("the device's clock is 24 min slow", 'near', 'unjudged', { explains: CLOCK }),
  'clock-drift': as("the device's clock loses 5 ms a second", 'near', 'unjudged', { explains: CLOCK }),
  'clock-jump': as("the device's clock goes back by 10 min, 10 s into the run", 'near', 'unjudged', {
    explains: CLOCK,
  }),
  duplicates: as('every third reading is sent twice: no effect twice', 'exact', 'required'),
  disorder: as('every fifth reading is sent after the next', 'exact', 'unjudged', { delays: true }),
  offline: as(
    'without network for 8 s of each 25: everything comes as a backfill, no alert for the past',
    'exact',
    'unjudged',
    { delays: true, explains: GONE },
  ),
  'half-open': as(
    'the connection dies without a word every 20 s; resent after 4 s without PUBACK',
    'exact',
    'unjudged',
    { delays: true, explains: GONE },
  ),
  'abrupt-loss': as('the socket is cut every 10 s: the will goes out, nothing is lost', 'exact', 'unjudged', {
    delays: true,
    explains: GONE,
  }),
  garbage: as(
    'random bytes between the readings: rejected, and nothing behind them held up',
    'exact',
    'required',
  ),
  'wrong-credentials': as(
    'its token is not one of the deployment: it must not be let in',
    'nowhere',
    'unjudged',
    { explains: GONE },
  ),
  'wrong-topic': as(
    "publishes on another bed's topic every 8 s: must leave no trace there",
    'exact',
    'required',
  ),
};
