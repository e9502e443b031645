import { signStaffToken } from '@vitalwire/core/identity/token.ts';
import type { Config } from '@vitalwire/core/runtime/config.ts';
import type { Secrets } from './secrets.ts';

/** What is running, in the banner's words. */
export interface RunningDeployment {
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly where: string;
  readonly data: string;
}

/** What a new user needs first: a link that opens the station signed in, and how to publish to it. */
export async function banner(
  config: Config,
  secrets: Secrets,
  { mqttPort, httpPort, where, data }: RunningDeployment,
): Promise<string> {
  const token = await signStaffToken(
    { name: 'Station', role: 'charge_nurse', regions: config.REGIONS },
    secrets.staff,
    '12h',
  );
  const region = config.REGIONS[0] ?? '';
  const beds =
    config.SIMULATED_BEDS === 0
      ? 'none (SIMULATED_BEDS=0)'
      : `${config.SIMULATED_BEDS}, replaying recordings (demo mode)`;
  return `
Vitalwire is running ${where}. It is a secondary notification system: the bedside monitor remains the primary alarm.

  Station   http://${config.HOST}:${httpPort}/#token=${token}
            (signed in as a charge nurse for 12 hours; anyone who has the link can open it)
  Beds      ${beds}
  Data      ${data}

  Publish   mqtt://${config.HOST}:${mqttPort}, QoS 1, topic vitals/v1/${region}/<device_id>/readings, payload protobuf (core/proto/vitals.proto)
            client id and user name: the device id; password: npm run --silent token -- device <device_id> ${region}
            a fleet: npm run simulate -- --devices 10 --scenario desaturation --duration 60

  Ctrl-C drains and stops.
`;
}
