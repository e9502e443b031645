/** Which beds are on the wall, and in which order. */
import type { Patient } from '../feed/patient.ts';

export interface Placed {
  readonly id: string;
  readonly bed: string | undefined;
  readonly urgency: number;
}

const naturally = new Intl.Collator('en', { numeric: true });

/** Most urgent first; among equals by bed, so that a tile moves only when its urgency does. Beds without a name come last. */
export function orderOf(beds: readonly Placed[]): string[] {
  return [...beds]
    .sort(
      (a, b) =>
        b.urgency - a.urgency ||
        Number(a.bed === undefined) - Number(b.bed === undefined) ||
        naturally.compare(a.bed ?? '', b.bed ?? '') ||
        naturally.compare(a.id, b.id),
    )
    .map(({ id }) => id);
}

export interface WallFilter {
  /** Empty for all. */
  readonly region: string;
  readonly text: string;
}

/** A patient whose region is not known yet is in every region: nobody is hidden by what we do not know. */
export function matches(
  patient: Pick<Patient, 'patientId' | 'region' | 'name' | 'bed' | 'ward'>,
  { region, text }: WallFilter,
): boolean {
  if (region !== '' && patient.region !== '' && patient.region !== region) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const said = [patient.patientId, patient.name, patient.bed, patient.ward].join(' ').toLowerCase();
  return words.every((word) => said.includes(word));
}
