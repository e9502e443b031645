import type { StaffIdentity } from '@vitalwire/core/identity/token.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Patient, PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { actionRecord, type ActionName } from '../audit/action-record.ts';

export interface ChangePatientDeps {
  readonly directory: PatientDirectory;
  readonly log: EventLog;
  readonly clock: Clock;
}

/** One change of a patient at a time: each reads what the one before wrote. */
export class PatientChanges {
  readonly #deps: ChangePatientDeps;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(deps: ChangePatientDeps) {
    this.#deps = deps;
  }

  /**
   * Stores what `change` makes of the patient (undefined: nobody knows her), then the line of the audit trail. A crash in between leaves a
   * change without its line here; the directory's own topic has it.
   */
  apply(
    identity: StaffIdentity,
    action: ActionName,
    patientId: string,
    change: (patient: Patient | undefined) => Patient,
  ): Promise<Patient> {
    const before = this.#last.get(patientId) ?? Promise.resolve();
    const task = before.catch(() => {}).then(() => this.#apply(identity, action, patientId, change));
    this.#last.set(patientId, task);
    const forget = (): void => {
      if (this.#last.get(patientId) === task) this.#last.delete(patientId);
    };
    task.then(forget, forget);
    return task;
  }

  async #apply(
    identity: StaffIdentity,
    action: ActionName,
    patientId: string,
    change: (patient: Patient | undefined) => Patient,
  ): Promise<Patient> {
    const { directory, log, clock } = this.#deps;
    const before = await directory.get(patientId);
    const after = change(before);
    await directory.put(after);
    const line = { before: before ?? null, after };
    await log.append([
      actionRecord(identity, action, { patientId, region: after.region }, clock.now(), line),
    ]);
    return after;
  }
}
