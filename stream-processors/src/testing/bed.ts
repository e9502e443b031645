import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { RegionalShare } from '@vitalwire/core/clinical/regional-share.ts';
import type { RiskScore } from '@vitalwire/core/ports/analytics.ts';
import type { LiveVitals } from '@vitalwire/core/ports/live-bus.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import type { VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { alertingTopology, type AlertingOutputs } from '../pipelines/alerting.ts';
import { createDriver, type Driver } from '../runtime/driver.ts';
import { START_MS, aReading, defaultSettings } from './readings.ts';

export const aPatient = (over: Partial<Patient> = {}): Patient => ({
  id: 'P1',
  name: 'Ada',
  age: 61,
  region: 'Northeast',
  ward: 'ICU',
  bed: '1',
  primaryDoctor: '',
  riskLevel: '',
  ...over,
});

const newDriver = (settings: AlarmSettings, rolling: boolean): Driver<AlertingOutputs> =>
  createDriver(
    alertingTopology({
      settings,
      futureToleranceMs: 60_000,
      liveWithinMs: 300_000,
      rolling,
      allowedLatenessMs: 10_000,
    }),
  );

/** A bed at seconds since START_MS: what it sends arrives at once, unless said otherwise; what comes out is told as lines. */
export class Bed {
  readonly driver: Driver<AlertingOutputs>;
  readonly story: string[] = [];
  readonly events: ConditionEvent[] = [];
  live: LiveVitals | undefined;
  readonly scores: RiskScore[] = [];
  readonly shares: RegionalShare[] = [];
  #sequence = 0;

  constructor(settings: AlarmSettings = defaultSettings(), rolling = true) {
    this.driver = newDriver(settings, rolling);
  }

  send(
    atS: number,
    values: Partial<VitalValues>,
    over: Partial<Reading> = {},
    arrivalS = atS,
    headers: Readonly<Record<string, string>> = {},
  ): AlertingOutputs {
    const measuredAtMs = START_MS + atS * 1000;
    const reading = aReading(values, { sequence: ++this.#sequence, measuredAtMs, ...over });
    return this.#tell(this.driver.pipe(reading, START_MS + arrivalS * 1000, headers));
  }

  everySecond(fromS: number, toS: number, values: Partial<VitalValues>, over: Partial<Reading> = {}): void {
    for (let second = fromS; second <= toS; second++) this.send(second, values, over);
  }

  tick(atS: number): AlertingOutputs {
    return this.#tell(this.driver.tick(START_MS + atS * 1000));
  }

  /** What the directory says, or new settings. */
  learn(atS: number, news: { readonly patient?: Partial<Patient>; readonly settings?: AlarmSettings }): void {
    const patients = news.patient ? new Map([['P1', aPatient(news.patient)]]) : new Map<string, Patient>();
    this.#tell(this.driver.tell({ patients, settings: news.settings }, START_MS + atS * 1000));
  }

  remove(atS: number): void {
    this.#tell(this.driver.tell({ patients: new Map([['P1', undefined]]) }, START_MS + atS * 1000));
  }

  #tell(outputs: AlertingOutputs): AlertingOutputs {
    for (const event of outputs.conditions) {
      const { type, priority } = event;
      this.events.push(event);
      this.story.push(`${(event.atMs - START_MS) / 1000} s ${type} ${event.event} ${priority}`);
    }
    this.scores.push(...outputs.scores);
    this.shares.push(...outputs.shares);
    this.live = outputs.live.at(-1) ?? this.live;
    return outputs;
  }
}
