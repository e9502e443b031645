import { HttpError } from '@influxdata/influxdb-client';
import { describe, expect, it } from 'vitest';
import { influxError } from './influx-error.ts';

const refusal = (message: string): string =>
  influxError(
    new HttpError(422, 'Unprocessable Entity', JSON.stringify({ message }), null, 'application/json'),
  ).message;

describe("InfluxDB's refusals", () => {
  it.each([
    `failure writing points to database: partial write: field type conflict: input field "heartbeat" on measurement "vitals" is type string, already exists as type float`,
    `unable to parse 'vitals,patient_id=P-4711,device_id=MON-1 heartbeat=x 1': invalid number`,
    `points beyond retention: vitals,patient_id=P-4711,device_id=MON-1,region=West`,
    `error at @1:5: undefined identifier P in r.patient_id == "P-4711"`,
    `series patient_id=P-4711\\ b,region=West dropped`,
  ])('are told without whom they are about: %s', (message) => {
    const told = refusal(message);
    expect(told).not.toMatch(/4711|MON-1/);
    expect(told).toMatch(/^InfluxDB refused the request \(422 /);
  });

  it('keep the kind of the mistake', () => {
    expect(refusal('partial write: field type conflict: input field "heartbeat" is type string')).toContain(
      'field type conflict',
    );
  });
});
