import type { ChainRole, EscalationSettings } from './settings.ts';

/** The roles told of a patient's alert, in their order; `ward` undefined: nobody knows it. */
export function chainFor(
  { assignments }: Pick<EscalationSettings, 'assignments'>,
  region: string,
  ward: string | undefined,
): readonly ChainRole[] {
  const fits = assignments.find(
    (assignment) =>
      (assignment.region === undefined || assignment.region === region) &&
      (assignment.ward === undefined || assignment.ward === ward),
  );
  return fits?.steps ?? [];
}
