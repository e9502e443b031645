import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { SHIPPED_RECORDINGS, loadRecordings } from '../src/recordings/load.ts';
import { demoPatient } from '../src/ward/demo-patient.ts';
import { makeBeds } from '../src/ward/patients.ts';
import { startWard, type Ward } from '../src/ward/start-ward.ts';
import { eventually, startBroker, type TestBroker } from './support/broker.ts';

const REGIONS = ['Northeast', 'Southeast', 'Midwest', 'West'];

describe('the simulated ward', () => {
  let broker: TestBroker;
  beforeEach(async () => {
    broker = await startBroker();
  });
  afterEach(() => broker.stop());

  const start = (beds: number): Promise<Ward> =>
    startWard({
      beds,
      url: broker.url,
      regions: REGIONS,
      tokenFor: (deviceId, region) => `${deviceId}@${region}`,
      clock: systemClock,
      logger: createLogger('test', 'silent'),
      seed: 1,
    });

  it('connects each bed as itself and publishes its patient as demo', async () => {
    const ward = await start(5);
    await eventually(() => new Set(broker.live().map((reading) => reading.deviceId)).size === 5);
    await ward.stop();
    await ward.stop();
    expect(ward.patients.map(({ id, region }) => [id, region])).toEqual([
      ['P-SIM-NE-01', 'Northeast'],
      ['P-SIM-SE-01', 'Southeast'],
      ['P-SIM-MW-01', 'Midwest'],
      ['P-SIM-WE-01', 'West'],
      ['P-SIM-NE-02', 'Northeast'],
    ]);
    expect(broker.connects).toContainEqual({
      id: 'SIM-SE-01',
      username: 'SIM-SE-01',
      password: 'SIM-SE-01@Southeast',
    });
    for (const reading of broker.live()) {
      expect(reading.mode).toBe('demo');
      expect(reading.patientId).toBe(`P-${reading.deviceId}`);
    }
    // The second bed plays the recording that desaturates for as long as it lasts.
    const low = broker.live().filter((reading) => reading.deviceId === 'SIM-SE-01');
    expect(low.every((reading) => (reading.vitals.oxygen_saturation ?? 0) <= 87)).toBe(true);
  });

  it('after a restart is the same ward under another boot', async () => {
    const boots: number[] = [];
    for (let round = 0; round < 2; round++) {
      broker.arrivals.length = 0;
      const ward = await start(2);
      await eventually(() => broker.live().length >= 2);
      await ward.stop();
      expect(ward.patients.map((patient) => patient.id)).toEqual(['P-SIM-NE-01', 'P-SIM-SE-01']);
      expect(broker.live()[0]!.sequence).toBe(1);
      boots.push(broker.live()[0]!.bootId);
    }
    expect(boots[0]).not.toBe(boots[1]);
  });
});

describe('a demo patient', () => {
  it('goes on across a restart where the recording would be, with pressure and temperature soon after it', async () => {
    const [recording] = await loadRecordings(SHIPPED_RECORDINGS);
    const start = (startS: number) => demoPatient({ recording: recording!, offsetS: 3, startS, seed: 1 });
    const before = start(1_000_000);
    const after = start(1_000_050);
    for (let atS = 1_000_050; atS < 1_001_000; atS++) {
      const [a, b] = [before.measure(atS)!.vitals, after.measure(atS)!.vitals];
      expect(a.heartbeat).toBe(b.heartbeat);
      expect(a.oxygen_saturation).toBe(b.oxygen_saturation);
    }
    const fresh = start(2_000_000);
    const seen = new Set<string>();
    for (let s = 0; s <= 20; s++) {
      const { vitals } = fresh.measure(2_000_000 + s)!;
      for (const vital of VITALS) if (vitals[vital] !== undefined) seen.add(vital);
    }
    expect([...seen].sort()).toEqual([...VITALS].sort());
  });
});

describe('the beds', () => {
  it('have ids, beds and patients of their own, whatever the regions are called', () => {
    const beds = makeBeds(100, ['Northeast', 'North', 'Norway', 'Ost']);
    for (const unique of [
      (i: number) => beds[i]!.deviceId,
      (i: number) => beds[i]!.patient.id,
      (i: number) => beds[i]!.patient.name,
    ]) {
      expect(new Set(beds.map((_, i) => unique(i))).size).toBe(100);
    }
    expect(new Set(beds.map(({ patient }) => `${patient.region} ${patient.bed}`)).size).toBe(100);
    expect(beds[0]!.patient).toMatchObject({ ward: 'ICU', bed: 'ICU 1' });
  });
});
