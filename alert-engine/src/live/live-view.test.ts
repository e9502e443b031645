import { InProcessLiveBus } from '@vitalwire/core/adapters/in-process/live-bus.ts';
import type { Patient, PatientChange, PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { expect, it } from 'vitest';
import { LiveView } from './live-view.ts';

const REGION = 'Northeast';
const RECONCILE_MS = 15_000;

const patient = (id: string, over: Partial<Patient> = {}): Patient => ({
  id,
  name: id,
  age: 61,
  region: REGION,
  ward: 'ICU',
  bed: '1',
  primaryDoctor: '',
  riskLevel: '',
  ...over,
});

/** A directory whose answer to `list` comes when the test says so. */
async function scene(patients: readonly Patient[]) {
  const clock = new ManualClock();
  const logger = createLogger('test', 'silent');
  let tell: (change: PatientChange) => void = () => {};
  let answer = Promise.resolve(patients);
  const directory: PatientDirectory = {
    get: async () => undefined,
    list: () => answer,
    put: async () => {},
    remove: async () => {},
    onChange: (listener) => (tell = listener),
    close: async () => {},
  };
  const view = new LiveView({
    live: new InProcessLiveBus({ clock, logger }),
    directory,
    regions: [REGION],
    clock,
    logger,
  });
  await view.start();
  return {
    clock,
    view,
    tell: (change: PatientChange) => tell(change),
    answerWith: (later: Promise<readonly Patient[]>): void => {
      answer = later;
    },
  };
}

it('knows everyone of a hospital, however many slices it takes to read', async () => {
  const many = Array.from({ length: 1_234 }, (_, i) => patient(`P${i}`));
  const { view } = await scene(many);
  expect(view.patientsOf(new Set([REGION]))).toHaveLength(1_234);
  await view.stop();
});

it('keeps what the directory told while it was being read: what is read may be older', async () => {
  const { clock, view, tell, answerWith } = await scene([patient('P1')]);
  const list = Promise.withResolvers<readonly Patient[]>();
  answerWith(list.promise);
  await clock.advance(RECONCILE_MS);
  tell({ kind: 'put', patient: patient('P1', { state: 'discharged' }) });
  list.resolve([patient('P1'), patient('P2')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(view.patientsOf(new Set([REGION]))).toEqual(['P2']);
  await view.stop();
});
