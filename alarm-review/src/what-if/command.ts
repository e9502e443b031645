import { parseArgs } from 'node:util';
import { alarmSettingsFile, readAlarmSettings } from '@vitalwire/core/alarms/settings-file.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { ConfigError } from '@vitalwire/core/runtime/config.ts';
import { readSettings } from '@vitalwire/core/settings/settings-file.ts';
import { RecordingError } from '@vitalwire/device-simulator/recordings/numerics.ts';
import { compare } from './compare.ts';
import { comparisonText } from './comparison-text.ts';
import { ApiError, fromApi } from './from-api.ts';
import { fromRecordings } from './from-recordings.ts';
import { naive } from './naive.ts';
import { UnknownPatientError, type StaySource } from './stay.ts';

export const WHAT_IF_USAGE = `usage: npm run alarms -- what-if --settings <new.yaml> [--against <current.yaml> | naive] [--patients] [--json]
       --from <ISO 8601> --to <ISO 8601> [--region <name>] [--patient <id>]
         [--url http://127.0.0.1:8080] [--token <staff token>, or VITALWIRE_TOKEN in the environment]
       or --recordings <folder of *_Numerics.csv> [--patient <recording>]
`;

/** Answers the exit code: 2 where it was asked wrongly or settings are bad, 1 where readings are not to be had. */
export async function whatIf(args: readonly string[]): Promise<number> {
  const asked = read(args);
  if (asked?.settings === undefined) return fail(WHAT_IF_USAGE, 2);
  const { patient, recordings, json, patients } = asked;
  try {
    const settings = settingsOf('--settings', asked.settings);
    const against =
      asked.against === 'naive'
        ? naive(readAlarmSettings(undefined))
        : settingsOf('--against', asked.against);
    let source: StaySource;
    if (recordings !== undefined) {
      source = await fromRecordings(recordings, patient);
    } else {
      const [fromMs, toMs] = [Date.parse(asked.from ?? ''), Date.parse(asked.to ?? '')];
      if (!(fromMs < toMs)) return fail(`--from and --to: two moments, ISO 8601, from before to\n`, 2);
      const token = asked.token ?? process.env['VITALWIRE_TOKEN'];
      if (!token) return fail('a staff token is needed: npm run token -- staff <name> <role> <region…>\n', 2);
      const { url, region } = asked;
      source = await fromApi({ url, token, fromMs, toMs, region, patientId: patient, against });
    }
    const comparison = await compare(source, { against, settings }, (done) => tell(done, source.total));
    process.stdout.write(
      json ? `${JSON.stringify(comparison, undefined, 2)}\n` : comparisonText(comparison, patients),
    );
    return 0;
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UnknownPatientError)
      return fail(`${error.message}\n`, 2);
    if (error instanceof RecordingError) return fail(`--recordings: ${error.message}\n`, 2);
    if (error instanceof ApiError) return fail(`${error.message}\n`, 1);
    throw error;
  }
}

/** @throws ConfigError, which names the option, the file, and each line that is wrong */
const settingsOf = (option: string, path: string | undefined): AlarmSettings =>
  readSettings({ ...alarmSettingsFile(path), setting: option });

/** On a terminal, where somebody waits. */
function tell(done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done === total ? '\r\u001B[K' : `\r${done} of ${total} patients replayed`);
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        settings: { type: 'string' },
        against: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        region: { type: 'string' },
        patient: { type: 'string' },
        recordings: { type: 'string' },
        url: { type: 'string', default: 'http://127.0.0.1:8080' },
        token: { type: 'string' },
        patients: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch {
    return undefined;
  }
}

function fail(message: string, code: number): number {
  process.stderr.write(message);
  return code;
}
