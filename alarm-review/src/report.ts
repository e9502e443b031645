/** `npm run alarms -- report`: the alarm burden of a running Vitalwire, in the terminal. */
import { parseArgs } from 'node:util';
import { burdenSchema } from '@vitalwire/alert-engine/burden/burden.ts';
import { burdenText } from '@vitalwire/alert-engine/burden/burden-text.ts';

export const REPORT_USAGE = `usage: npm run alarms -- report [--region <name>] [--from <ISO 8601>] [--to <ISO 8601>] [--json]
       [--url http://127.0.0.1:8080] [--token <staff token>, or VITALWIRE_TOKEN in the environment]
`;

/** Answers the exit code: 2 where it was asked wrongly, 1 where there is no answer. */
export async function report(args: readonly string[]): Promise<number> {
  const asked = read(args);
  if (!asked) return fail(REPORT_USAGE, 2);
  const { region, from, to, url, json, token = process.env['VITALWIRE_TOKEN'] } = asked;
  if (!token) return fail('a staff token is needed: npm run token -- staff <name> <role> <region…>\n', 2);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ region, from, to })) {
    if (value !== undefined) query.set(name, value);
  }
  try {
    const response = await fetch(new URL(`/api/reports/alarm-burden?${query.toString()}`, url), {
      headers: { authorization: `Bearer ${token}` },
    });
    const body: unknown = await response.json();
    if (!response.ok) return fail(`${response.status}: ${(body as { detail?: string }).detail ?? ''}\n`, 1);
    process.stdout.write(
      json ? `${JSON.stringify(body, undefined, 2)}\n` : burdenText(burdenSchema.parse(body)),
    );
    return 0;
  } catch (error) {
    return fail(`${url} does not answer: ${error instanceof Error ? error.message : String(error)}\n`, 1);
  }
}

function read(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        region: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        url: { type: 'string', default: 'http://127.0.0.1:8080' },
        token: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    return positionals.length === 1 && positionals[0] === 'report' ? values : undefined;
  } catch {
    return undefined;
  }
}

function fail(message: string, code: number): number {
  process.stderr.write(message);
  return code;
}
