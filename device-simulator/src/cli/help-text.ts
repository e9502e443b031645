import { ACCOUNTS, FAULTS } from '../faults/faults.ts';
import { SCENARIOS, loadScenario } from '../scenarios/scenario.ts';

/** What stands below the options in --help. */
export function helpAfter(): string {
  const scenarios = SCENARIOS.map((name) => `  ${name.padEnd(13)} ${loadScenario(name).description}`);
  const faults = [
    ...FAULTS.map((name) => [name, ACCOUNTS[name].description] as const),
    ['slow-station', 'that share of the stations reads nothing for 3 s of each 6'] as const,
  ].map(([name, description]) => `  ${name.padEnd(17)} ${description}`);
  return `
Shapes, over --duration:
  constant      one rate
  ramp          from a tenth of the rate to all of it
  step          25, 50, 75 and 100 % of the rate
  spike         five times the rate for the middle tenth
  storm         every connection is cut at once after each third, or each minute of a long run; see --reconnect
  soak          one rate, for an hour if not told

Scenarios:
${scenarios.join('\n')}
  mix           seven in ten stable, two desaturate, one septic, begun at different times

Faults (what is held against the deployment: docs/load-testing.md):
${faults.join('\n')}

Device tokens are signed here with the deployment's secret, taken from --secret, else DEVICE_JWT_SECRET, else --data-dir;
--token-file needs no secret.

Latency is measured from the moment the schedule wanted a reading sent to its PUBACK, and the schedule does not wait for the
server: a stall counts for every reading that it held up (no coordinated omission). A reading that is not acknowledged is kept
and sent again; after an outage the older ones go as a backfill, and their latency is the outage.

Replayed rows carry the time of sending; at --speed 10 eight recorded minutes pass in 48 seconds.

Ctrl-C ends the run with its summary; a second one at once.
Exit code: 0 every promise was kept and every objective met, 1 one was not or a reading was not acknowledged, 2 wrong use.

Examples:
  npm run simulate                                           ten stable patients, against npm start beside it
  npm run simulate -- --replay --speed 10                    the recordings that come along, ten times as fast
  npm run simulate -- --replay ./recordings --duration 5m    your own recordings
  npm run simulate -- --scenario mix --devices 200 --duration 10m
  npm run --silent simulate -- --devices 500 --rate 4 --duration 60s --json > summary.json
  npm run simulate -- --url mqtts://gateway.example:8883 --token-file tokens.csv
  npm run simulate -- --api http://127.0.0.1:8080 --scenario desaturation --duration 2m --slo 'alert_p99<50ms,lost=0' --html report.html
  npm run simulate -- capacity --devices 200 --slo 'puback_p99<100ms'    the highest rate that meets it`;
}
