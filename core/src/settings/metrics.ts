import { Counter, Gauge, type Registry } from '../runtime/metrics.ts';

/** Which settings a process runs on; `setting` is the name of the variable that names their file. */
export function settingsMetrics(registry: Registry) {
  const registers = [registry];
  return {
    running: new Gauge({
      name: 'vitalwire_settings_running',
      help: '1 for the version of the settings that is in force: processes that differ have not all taken a change over',
      labelNames: ['setting', 'version'],
      registers,
    }),
    refused: new Gauge({
      name: 'vitalwire_settings_refused',
      help: '1 while the file holds settings that were refused: those in force stay, and the next start would fail',
      labelNames: ['setting'],
      registers,
    }),
    changes: new Counter({
      name: 'vitalwire_settings_changes_total',
      help: 'Changes of a settings file, by what became of them',
      labelNames: ['setting', 'outcome'],
      registers,
    }),
  };
}

export type SettingsMetrics = ReturnType<typeof settingsMetrics>;
