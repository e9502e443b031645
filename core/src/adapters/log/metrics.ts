import { Counter, type Registry } from '../../runtime/metrics.ts';

export type DirectoryMetrics = ReturnType<typeof directoryMetrics>;

export function directoryMetrics(registry: Registry) {
  return {
    malformed: new Counter({
      name: 'vitalwire_patient_changes_malformed_total',
      help: 'Records of patients.changes that were skipped because they say nothing we understand.',
      registers: [registry],
    }),
  };
}
