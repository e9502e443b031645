/**
 * Validity of one measured value, after IEEE 11073-10207 MeasurementValidity.
 * `questionable` is shown and stored with a mark and alarms as usual; `invalid` (an artefact) is stored with its mark, never alarms
 * and never enters an aggregate or a score; `not_available` (a lead is off) is a technical alarm of its own.
 */
export type Validity = (typeof VALIDITIES)[number];

/** In the order of the contract's numbers. */
export const VALIDITIES = ['valid', 'questionable', 'invalid', 'not_available'] as const;

/** Whether a value of this validity may alarm and enter aggregates and scores. */
export const isUsable = (validity: Validity): boolean => validity === 'valid' || validity === 'questionable';
