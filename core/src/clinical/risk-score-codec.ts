/** A score on `vitalwire.risk-scores`: JSON, snake_case, ISO 8601 times with milliseconds. */
import { z } from 'zod';
import type { RiskScore } from '../ports/analytics.ts';
import { fromIso, toIso } from '../runtime/iso-time.ts';

const scoreSchema = z.object({
  region: z.string(),
  patient_id: z.string(),
  at: z.iso.datetime(),
  score: z.int().min(0).max(20),
  alert_level: z.enum(['low', 'low-medium', 'medium', 'high']),
  factors: z.record(z.string(), z.int()),
  sources: z.array(z.string()),
  partial: z.boolean(),
  assumed: z.array(z.string()),
});

export function encodeRiskScore(score: RiskScore): Uint8Array {
  const document: z.input<typeof scoreSchema> = {
    region: score.region,
    patient_id: score.patientId,
    at: toIso(score.atMs),
    score: score.score,
    alert_level: score.alertLevel,
    factors: { ...score.factors },
    sources: [...score.sources],
    partial: score.partial,
    assumed: [...score.assumed],
  };
  return Buffer.from(JSON.stringify(document));
}

/** @throws SyntaxError or ZodError where the bytes are no score. */
export function decodeRiskScore(bytes: Uint8Array): RiskScore {
  const { patient_id, at, alert_level, ...rest } = scoreSchema.parse(
    JSON.parse(Buffer.from(bytes).toString('utf8')),
  );
  return { ...rest, patientId: patient_id, atMs: fromIso(at), alertLevel: alert_level };
}
