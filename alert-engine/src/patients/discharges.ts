import type { Patient, PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { UnderWay } from '@vitalwire/core/runtime/under-way.ts';
import type { ActionDeps } from '../actions/actions.ts';
import { SYSTEM } from '../lifecycle/outcome.ts';
import { closeAlerts } from './close-alerts.ts';

export interface DischargesDeps extends ActionDeps {
  readonly directory: PatientDirectory;
  readonly regions: readonly string[];
}

/** Long enough for whoever discharged the patient to close the alerts in their own name. */
const GRACE_MS = 2_000;
const SWEEP_MS = 30_000;

/**
 * A discharged patient has no open alerts, whoever discharged her: the API, the hospital's change events, or an engine that died between
 * the directory and the alerts. Nor has one whom the directory no longer knows; of her an engine that dies in between leaves what the
 * alerting pipeline does not end, as nobody can tell her from one who was never known.
 */
export function followDischarges(deps: DischargesDeps): Service {
  const { clock, directory } = deps;
  const running = new UnderWay();
  let stopped = false;
  const attempt = (work: () => Promise<void>): void => {
    if (stopped) return;
    void running.run(() =>
      work().catch((error: unknown) =>
        deps.logger.warn({ reason: messageOf(error) }, 'alerts of a discharge wait'),
      ),
    );
  };
  directory.onChange((change) => {
    if (change.kind === 'removed') {
      clock.after(GRACE_MS, () => attempt(() => closeRemoved(deps, change.patientId)));
    } else if (change.patient.state === 'discharged') {
      clock.after(GRACE_MS, () => attempt(() => close(deps, change.patient)));
    }
  });
  const cancel = clock.every(SWEEP_MS, () => attempt(() => sweep(deps)));
  attempt(() => sweep(deps));
  return {
    name: 'discharges',
    stop: async () => {
      stopped = true;
      cancel();
      await running.ended();
    },
  };
}

async function sweep(deps: DischargesDeps): Promise<void> {
  const discharged = (await deps.directory.list(deps.regions)).filter(({ state }) => state === 'discharged');
  for (const patient of discharged) await close(deps, patient);
}

/** By then she may have been admitted again. */
async function close(deps: DischargesDeps, { id, region }: Patient): Promise<void> {
  if ((await deps.directory.get(id))?.state !== 'discharged') return;
  await closeAlerts(deps, region, id, SYSTEM, 'discharged');
}

/** Where she was is not known any more: wherever she has alerts. */
async function closeRemoved(deps: DischargesDeps, patientId: string): Promise<void> {
  if ((await deps.directory.get(patientId)) !== undefined) return;
  for (const region of deps.regions) await closeAlerts(deps, region, patientId, SYSTEM, 'removed');
}
