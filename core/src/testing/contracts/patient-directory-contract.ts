import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Patient, PatientChange, PatientDirectory } from '../../ports/patient-directory.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';

/** One adapter on one engine, for one test. */
export interface PatientDirectoryHarness {
  /** The directory under test; another object after `reopen`. */
  readonly directory: PatientDirectory;
  /** The directory of another process on the same engine, or a second one in this process. Closed by `close`. */
  peer(): Promise<PatientDirectory>;
  /** Ends the directory's process in mid-air, or as near to that as can be had, and starts it anew. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Registers a test for every promise of `PatientDirectory`. */
export function patientDirectoryContract(
  engine: string,
  makeHarness: () => Promise<PatientDirectoryHarness>,
): void {
  describe(`PatientDirectory on ${engine}`, () => {
    let harness: PatientDirectoryHarness;
    let region: string;
    beforeEach(async () => {
      harness = await makeHarness();
      region = freshName('region');
    });
    afterEach(() => harness.close());

    const patient = (id: string, changes: Partial<Patient> = {}): Patient => ({
      id,
      name: 'Zoë Müller',
      age: 61,
      region,
      ward: 'ICU',
      bed: '12',
      primaryDoctor: 'Dr. Núñez',
      riskLevel: 'high',
      ...changes,
    });

    it('answers with what was put, once put has resolved', async () => {
      const id = freshName('P');
      expect(await harness.directory.get(id)).toBeUndefined();
      await harness.directory.put(patient(id));
      expect(await harness.directory.get(id)).toEqual(patient(id));
      await harness.directory.put(patient(id, { bed: '13', age: undefined }));
      expect(await harness.directory.get(id)).toEqual(patient(id, { bed: '13', age: undefined }));
    });

    it('keeps what decides limits and score', async () => {
      const id = freshName('P');
      const whole = patient(id, {
        profile: 'paediatric_to_5_years',
        limits: { heartbeat: { high: 140 }, oxygen_saturation: { low: 88 } },
        limitsRevision: 3,
        oxygenScale: 2,
        pregnant: false,
        supplementalOxygen: { value: true, atMs: Date.UTC(2026, 0, 1, 10, 0, 0, 7) },
        consciousness: { value: 'new_confusion', atMs: Date.UTC(2026, 0, 1, 9) },
        state: 'discharged',
        deviceId: 'D1',
      });
      await harness.directory.put(whole);
      expect(await harness.directory.get(id)).toEqual(whole);
      await harness.reopen();
      expect(await harness.directory.list([region])).toEqual([whole]);
    });

    it('lists the patients of the regions by id', async () => {
      const other = freshName('region');
      const ids = ['c', 'a', 'b'].map((letter) => `${letter}-${freshName('P')}`);
      for (const id of ids)
        await harness.directory.put(patient(id, id.startsWith('b') ? { region: other } : {}));
      const listed = async (...regions: string[]): Promise<string[]> =>
        (await harness.directory.list(regions)).map(({ id }) => id);
      expect(await listed(region, other)).toEqual(ids.toSorted());
      expect(await listed(other)).toEqual([ids[2]]);
      expect(await listed()).toEqual([]);
      await harness.directory.put(patient(ids[0] ?? '', { region: other }));
      expect(await listed(region)).toEqual([ids[1]]);
      expect(await listed(other)).toEqual([ids[2], ids[0]]);
    });

    it('forgets who was removed', async () => {
      const id = freshName('P');
      await harness.directory.put(patient(id));
      await harness.directory.remove(id);
      expect(await harness.directory.get(id)).toBeUndefined();
      expect(await harness.directory.list([region])).toEqual([]);
      await harness.directory.remove(freshName('P'));
      await harness.directory.put(patient(id));
      expect(await harness.directory.get(id)).toEqual(patient(id));
    });

    it('tells of every change, whoever made it', async () => {
      const peer = await harness.peer();
      const id = freshName('P');
      const own: PatientChange[] = [];
      const theirs: PatientChange[] = [];
      const about = (change: PatientChange): string =>
        change.kind === 'put' ? change.patient.id : change.patientId;
      harness.directory.onChange((change) => void (about(change) === id && own.push(change)));
      peer.onChange((change) => void (about(change) === id && theirs.push(change)));
      await harness.directory.put(patient(id));
      await eventually(async () => expect(await peer.get(id)).toEqual(patient(id)));
      await peer.put(patient(id, { ward: 'B2' }));
      await peer.remove(id);
      const expected: PatientChange[] = [
        { kind: 'put', patient: patient(id) },
        { kind: 'put', patient: patient(id, { ward: 'B2' }) },
        { kind: 'removed', patientId: id },
      ];
      await eventually(() => expect(own).toEqual(expected));
      await eventually(() => expect(theirs).toEqual(expected));
    });

    it('knows after a restart what it knew', async () => {
      const [kept, gone] = [freshName('P'), freshName('P')];
      await harness.directory.put(patient(kept));
      await harness.directory.put(patient(gone));
      await harness.directory.remove(gone);
      await harness.reopen();
      expect(await harness.directory.list([region])).toEqual([patient(kept)]);
    });

    it('closes more than once, and fails afterwards', async () => {
      await harness.directory.close();
      await harness.directory.close();
      await expect(harness.directory.put(patient(freshName('P')))).rejects.toThrow();
    });
  });
}
