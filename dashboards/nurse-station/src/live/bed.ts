/** A bed as its views see it: signals, so that a frame changes only the text nodes it concerns. */
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Alert, Limits, Patient } from '../feed/patient.ts';
import { Trace } from '../feed/trace.ts';
import { urgencyOf } from '../feed/urgency.ts';

export interface Bed {
  readonly id: string;
  readonly patient: ReadonlySignal<Patient>;
  /** Open, most urgent first. */
  readonly alerts: ReadonlySignal<readonly Alert[]>;
  readonly urgency: ReadonlySignal<number>;
  /** Undefined until they are known. */
  readonly limits: ReadonlySignal<Limits | undefined>;
  readonly trace: Trace;
  /** Changes with every point of `trace`. */
  readonly traceVersion: ReadonlySignal<number>;
}

/** The same for who keeps it up to date. */
export interface LiveBed extends Bed {
  readonly patient: Signal<Patient>;
  readonly limits: Signal<Limits | undefined>;
  readonly traceVersion: Signal<number>;
}

export function createBed(initial: Patient): LiveBed {
  const patient = signal(initial);
  const alerts = computed(() => patient.value.alerts);
  const trace = new Trace();
  trace.add(initial.vitals);
  return {
    id: initial.patientId,
    patient,
    alerts,
    urgency: computed(() => (alerts.value[0] === undefined ? 0 : urgencyOf(alerts.value[0]))),
    trace,
    limits: signal<Limits | undefined>(undefined),
    traceVersion: signal(0),
  };
}

/** The trace has grown. */
export function traced(bed: LiveBed): void {
  bed.traceVersion.value = bed.traceVersion.peek() + 1;
}
