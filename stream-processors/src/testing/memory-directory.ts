import type { Patient, PatientChange, PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';

/** A directory that outlives the pipelines which ask it. */
export class MemoryDirectory {
  readonly #patients = new Map<string, Patient>();
  readonly #listeners: ((change: PatientChange) => void)[] = [];

  put(patient: Patient): void {
    this.#patients.set(patient.id, patient);
    for (const listener of this.#listeners) listener({ kind: 'put', patient });
  }

  port(): PatientDirectory {
    return {
      get: async (patientId) => this.#patients.get(patientId),
      list: async (regions) => [...this.#patients.values()].filter(({ region }) => regions.includes(region)),
      put: async (patient) => this.put(patient),
      remove: async (patientId) => {
        this.#patients.delete(patientId);
        for (const listener of this.#listeners) listener({ kind: 'removed', patientId });
      },
      onChange: (listener) => void this.#listeners.push(listener),
      close: async () => {},
    };
  }
}
