/** One patient: who it is, the numbers now, the alerts, the trends. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { AlertRow } from '../alerts/alert-row.tsx';
import type { PatientDetail, Risk } from '../api/client.ts';
import type { Limits } from '../feed/patient.ts';
import { ApiError, describeError } from '../api/problem.ts';
import { toPatient } from '../feed/frames.ts';
import { byUrgency } from '../feed/urgency.ts';
import { useStation } from '../station.ts';
import { DeviceState } from '../wall/device-state.tsx';
import { ChartCard } from './chart-card.tsx';
import { LimitsEditor } from './limits-editor.tsx';
import { Numbers } from './numbers.tsx';
import { PauseButton } from './pause-button.tsx';
import { RiskCard } from './risk-card.tsx';
import { StayCard } from './stay-card.tsx';
import { Trends } from './trends.tsx';
import { usePatientAlerts } from './use-patient-alerts.ts';

const NO_LIMITS: Limits = {};

export function PatientPage({ patientId }: { readonly patientId: string }) {
  const station = useStation();
  const detail = useSignal<PatientDetail | undefined>(undefined);
  const risk = useSignal<Risk | undefined>(undefined);
  const error = useSignal<{ status: number; message: string } | undefined>(undefined);
  const round = useSignal(0);
  const editing = useSignal(false);
  const limitsAreFixed = useSignal(false);
  const reload = (): void => {
    round.value = round.peek() + 1;
  };
  const present = useComputed(() => station.beds.value.some(({ id }) => id === patientId));
  useSignalEffect(() => {
    const stopping = new AbortController();
    const load = async (): Promise<void> => {
      try {
        detail.value = await station.api.patient(patientId, stopping.signal);
        if (detail.value.limits !== undefined) station.learnLimits(patientId, detail.value.limits);
        risk.value = await station.api.risk(patientId, stopping.signal);
        error.value = undefined;
      } catch (cause) {
        if (stopping.signal.aborted) return;
        error.value = { status: cause instanceof ApiError ? cause.status : 0, message: describeError(cause) };
      }
    };
    void load();
    // Who left the wall was discharged, or moved, and who came back admitted.
    void [round.value, present.value];
    const timer = setInterval(() => void load(), 60_000);
    return () => {
      clearInterval(timer);
      stopping.abort();
    };
  });

  const bed = useComputed(() => {
    void station.beds.value;
    return station.bed(patientId);
  }).value;
  const alerts = usePatientAlerts(patientId);
  const history = useComputed(() => alerts.all.value.filter(({ status }) => status === 'resolved'));
  const open = useComputed(() =>
    alerts.all.value.filter(({ status }) => status !== 'resolved').toSorted(byUrgency),
  );

  if (bed === undefined && error.value?.status === 404)
    return <UnknownPatient patientId={patientId} onAdmitted={reload} />;
  const patient = bed?.patient.value ?? (detail.value === undefined ? undefined : toPatient(detail.value));
  const discharged = detail.value?.state === 'discharged';
  return (
    <main class="patient" data-patient={patientId}>
      <header class="patient-head">
        <a class="button" href="#/">
          ◀ Wall
        </a>
        <h1>
          <span class="bed">{patient?.bed === undefined ? '' : `Bed ${patient.bed}`}</span>{' '}
          {patient?.name ?? patientId}
        </h1>
        <span class="patient-facts">
          {[
            patient?.age === undefined ? undefined : `${patient.age} y`,
            patientId,
            patient?.ward,
            patient?.region,
            patient?.deviceId === '' ? undefined : patient?.deviceId,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        {patient !== undefined && patient.mode !== 'real' && (
          <span class="chip chip-mode">{patient.mode.toUpperCase()}</span>
        )}
        {discharged && <b class="unwatched-patient">Discharged: not watched</b>}
        {bed !== undefined && <PauseButton bed={bed} />}
        {bed !== undefined && <DeviceState bed={bed} />}
        {error.value !== undefined && (
          <span class="action-error" role="alert">
            Details could not be loaded: {error.value.message}
          </span>
        )}
      </header>
      <div class="patient-side">
        <ul class="alert-rows" aria-label="Open alerts">
          {open.value.map((alert) => (
            <AlertRow key={alert.id} alert={alert} ofPatient />
          ))}
        </ul>
        <Numbers bed={bed} limits={detail.value?.limits ?? NO_LIMITS} />
        {detail.value?.limits !== undefined && station.mayAcknowledge.value && !limitsAreFixed.value && (
          <button type="button" class="button limits-edit" onClick={() => (editing.value = true)}>
            Change limits…
          </button>
        )}
        {editing.value && (
          <LimitsEditor
            patientId={patientId}
            name={patient?.name ?? patientId}
            limits={detail.value?.limits ?? NO_LIMITS}
            onSaved={reload}
            onClose={() => (editing.value = false)}
            onUnknown={() => {
              editing.value = false;
              limitsAreFixed.value = true;
            }}
          />
        )}
        <RiskCard
          risk={risk.value}
          loaded={detail.value !== undefined}
          exclusion={detail.value?.score_exclusion ?? undefined}
        />
        {detail.value !== undefined && (
          <ChartCard patientId={patientId} detail={detail.value} onSaved={reload} />
        )}
        {detail.value !== undefined && (
          <StayCard patientId={patientId} patient={patient} discharged={discharged} onChanged={reload} />
        )}
        <section class="history" aria-label="Earlier alerts">
          <h2>Earlier alerts</h2>
          {alerts.error.value !== undefined && (
            <p class="action-error" role="alert">
              {alerts.error.value}{' '}
              <button type="button" class="button" onClick={() => alerts.loadMore()}>
                Try again
              </button>
            </p>
          )}
          {history.value.length === 0 && alerts.error.value === undefined && (
            <p class="hint">{alerts.loading.value ? 'Loading…' : 'None on record for this patient.'}</p>
          )}
          <ul class="alert-rows">
            {history.value.map((alert) => (
              <AlertRow key={alert.id} alert={alert} ofPatient />
            ))}
          </ul>
          {alerts.more.value && (
            <button
              type="button"
              class="button"
              disabled={alerts.loading.value}
              onClick={() => alerts.loadMore()}
            >
              Older alerts
            </button>
          )}
        </section>
      </div>
      <Trends patientId={patientId} limits={detail.value?.limits ?? NO_LIMITS} alerts={alerts.all.value} />
    </main>
  );
}

interface UnknownProps {
  readonly patientId: string;
  readonly onAdmitted: () => void;
}

function UnknownPatient({ patientId, onAdmitted }: UnknownProps) {
  return (
    <main class="patient-unknown">
      <div class="empty">
        <h2>No patient {patientId}</h2>
        <p>Nobody of this id is known in your regions. The patient may have been moved or discharged.</p>
        <a class="button" href="#/">
          Back to the wall
        </a>
        <StayCard patientId={patientId} patient={undefined} discharged={false} onChanged={onAdmitted} />
      </div>
    </main>
  );
}
