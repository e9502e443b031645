/** Measurements as a faulty sensor gives them. */
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Measurement, VitalsSource } from '../signals/vitals-source.ts';

/** Source time counts from the patient's first measurement. */
function changed(
  source: VitalsSource,
  change: (measurement: Measurement, passedS: number) => Measurement,
): VitalsSource {
  let firstS: number | undefined;
  return {
    measure(atS) {
      firstS ??= atS;
      const measurement = source.measure(atS);
      return measurement && change(measurement, atS - firstS);
    },
  };
}

export function leadOff(source: VitalsSource): VitalsSource {
  return changed(source, (measurement, passedS) =>
    passedS % 40 >= 5 && passedS % 40 < 25
      ? {
          vitals: { ...measurement.vitals, oxygen_saturation: undefined },
          validity: { oxygen_saturation: 'not_available' },
        }
      : measurement,
  );
}

export function artefacts(source: VitalsSource): VitalsSource {
  return changed(source, (measurement, passedS) =>
    passedS % 20 >= 4 && passedS % 20 < 7
      ? {
          vitals: { ...measurement.vitals, heartbeat: 250, oxygen_saturation: 40 },
          validity: { heartbeat: 'invalid', oxygen_saturation: 'invalid' },
        }
      : measurement,
  );
}

export function stuck(source: VitalsSource): VitalsSource {
  const last: Partial<Record<VitalName, number>> = {};
  return changed(source, (measurement, passedS) => {
    const vitals = { ...measurement.vitals };
    for (const name of ['heartbeat', 'oxygen_saturation', 'respiratory_rate'] as const) {
      const value = vitals[name];
      if (passedS >= 10) vitals[name] = last[name] ?? value;
      else if (value !== undefined) last[name] = value;
    }
    return { ...measurement, vitals };
  });
}
