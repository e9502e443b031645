/** A patient's own limits: the mildest of each side, within what the deployment allows. */
import { useSignal } from '@preact/signals';
import { ApiError, describeError } from '../api/problem.ts';
import type { Limits } from '../feed/patient.ts';
import { Dialog, DialogButtons } from '../shell/dialog.tsx';
import { useStation } from '../station.ts';
import { VITAL_TEXT, type VitalName } from '../vital-text.ts';
import {
  changedLimits,
  fieldName,
  NO_PROBLEMS,
  problemsOf,
  refusalOf,
  type FieldName,
  type FormProblems,
  type Side,
  type Typed,
} from './limits-form.ts';

const ORDER: readonly VitalName[] = [
  'heartbeat',
  'oxygen_saturation',
  'respiratory_rate',
  'blood_pressure_systolic',
  'blood_pressure_diastolic',
  'temperature',
];

interface Props {
  readonly patientId: string;
  /** Whose they are, in words. */
  readonly name: string;
  readonly limits: Limits;
  /** They were saved: what is shown must be read again. */
  readonly onSaved: () => void;
  readonly onClose: () => void;
  /** The engine knows no such thing: the control is to go. */
  readonly onUnknown: () => void;
}

export function LimitsEditor({ patientId, name, limits, onSaved, onClose, onUnknown }: Props) {
  const station = useStation();
  const typed = useSignal<Typed>({});
  const problems = useSignal<FormProblems>(NO_PROBLEMS);
  const saving = useSignal(false);
  const type = (field: FieldName, text: string): void => {
    typed.value = { ...typed.value, [field]: text };
    problems.value = NO_PROBLEMS;
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const found = problemsOf(limits, typed.value);
    problems.value = found;
    if (Object.keys(found.fields).length > 0) return;
    const changed = changedLimits(limits, typed.value);
    if (Object.keys(changed).length === 0) return onClose();
    saving.value = true;
    try {
      await station.api.setLimits(patientId, changed);
      onSaved();
      onClose();
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 404) return onUnknown();
      problems.value =
        cause instanceof ApiError && (cause.status === 422 || cause.status === 400)
          ? refusalOf(cause.message)
          : { fields: {}, others: [describeError(cause)] };
    }
    saving.value = false;
  };
  return (
    <Dialog title={`Alarm limits of ${name}`} onClose={onClose}>
      <form
        class="fields limits-form"
        aria-label="Alarm limits"
        noValidate
        onSubmit={(event) => void save(event)}
      >
        <div class="limits-grid">
          <span />
          <b>Low</b>
          <b>High</b>
          {ORDER.filter((vital) => limits[vital] !== undefined).map((vital) => (
            <LimitRow
              key={vital}
              vital={vital}
              limits={limits}
              typed={typed.value}
              problems={problems.value}
              onType={type}
            />
          ))}
        </div>
        {problems.value.others.map((text) => (
          <p key={text} class="action-error" role="alert">
            Not saved: {text}
          </p>
        ))}
        <p class="hint">These alarm first. The graver limits beside them stay as they are.</p>
        <DialogButtons action="Save limits" sending={saving.value} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

interface RowProps {
  readonly vital: VitalName;
  readonly limits: Limits;
  readonly typed: Typed;
  readonly problems: FormProblems;
  readonly onType: (field: FieldName, text: string) => void;
}

function LimitRow({ vital, limits, typed, problems, onType }: RowProps) {
  const label = vital === 'blood_pressure_systolic' ? 'BP sys' : VITAL_TEXT[vital].label;
  const field = (side: Side) => {
    const name = fieldName(vital, side);
    const id = `limit-${vital}-${side}`;
    const current = limits[vital]?.[side][0]?.limit;
    const problem = problems.fields[name];
    const graver = (limits[vital]?.[side] ?? [])
      .slice(1)
      .map(({ priority, limit }) => `${priority} ${limit}`)
      .join(', ');
    return (
      <span class="limit-field">
        <input
          id={id}
          inputMode="decimal"
          aria-label={`${label} ${side} limit, ${VITAL_TEXT[vital].unit}`}
          aria-invalid={problem === undefined ? undefined : 'true'}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          placeholder="none"
          value={typed[name] ?? (current === undefined ? '' : String(current))}
          onInput={(event) => onType(name, event.currentTarget.value)}
        />
        {graver !== '' && <small class="hint">{graver}</small>}
        {problem !== undefined && (
          <small id={`${id}-problem`} class="action-error" role="alert">
            {problem}
          </small>
        )}
      </span>
    );
  };
  return (
    <>
      <span>
        {label} <span class="unit">{VITAL_TEXT[vital].unit}</span>
      </span>
      {field('low')}
      {field('high')}
    </>
  );
}
