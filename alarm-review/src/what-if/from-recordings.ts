import { loadRecordings } from '@vitalwire/device-simulator/recordings/load.ts';
import type { Recording } from '@vitalwire/device-simulator/recordings/numerics.ts';
import { UnknownPatientError, type Stay, type StaySource } from './stay.ts';

/** Where a recording, which has no date, is put. */
const START_MS = Date.UTC(2026, 0, 1);

/** Every `*_Numerics.csv` of a folder: an adult each, of whom nothing else is known. @throws RecordingError, UnknownPatientError */
export async function fromRecordings(folder: string, patientId: string | undefined): Promise<StaySource> {
  const all = await loadRecordings(folder);
  const wanted = all.filter(({ name }) => patientId === undefined || name === patientId);
  if (wanted.length === 0 && patientId !== undefined) throw new UnknownPatientError(patientId, folder);
  return { total: wanted.length, range: undefined, stays: staysOf(wanted) };
}

async function* staysOf(recordings: readonly Recording[]): AsyncGenerator<Stay> {
  for (const { name, rows } of recordings) {
    yield {
      patient: {
        id: name,
        name,
        age: undefined,
        region: 'recordings',
        ward: '',
        bed: '',
        primaryDoctor: '',
        riskLevel: '',
      },
      samples: rows.map(({ timeS, vitals }) => ({
        atMs: START_MS + timeS * 1000,
        deviceId: name,
        vitals,
        validity: {},
        mode: 'real',
      })),
    };
  }
}
