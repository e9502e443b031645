/** `npm run token`: prints a token for a device or a member of staff, signed with the deployment's secret. */
import { Argument, Command, InvalidArgumentError } from 'commander';
import { ROLES, signDeviceToken, signStaffToken, type Role } from '@vitalwire/core/identity/token.ts';
import { ConfigError, readConfig, type Config } from '@vitalwire/core/runtime/config.ts';
import { SecretsError, loadSecrets, type Secrets } from './secrets.ts';

const program = new Command('npm run token --')
  .description(
    'Prints a token on standard output. Signed with DEVICE_JWT_SECRET or STAFF_JWT_SECRET where set, else with the secrets in DATA_DIR.',
  )
  .showHelpAfterError()
  .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2));

program
  .command('device')
  .description('the MQTT password of one device; its client id and user name are the device id')
  .argument('<device_id>')
  .argument('<region>')
  .option('--expires <duration>', 'such as 90d; without it the token never expires', duration)
  .action(async (deviceId: string, region: string, options: { expires?: string }) => {
    const { config, secrets } = deployment();
    checkRegions(config, [region]);
    console.log(await signDeviceToken({ deviceId, region }, secrets.device, options.expires));
  });

program
  .command('staff')
  .description('a token for the station, the API and the WebSocket')
  .argument('<name>', 'stands in the audit trail')
  .addArgument(new Argument('<role>').choices(ROLES))
  .argument('<region...>', 'the regions whose patients may be seen')
  .option('--expires <duration>', 'such as 30m or 7d', duration, '12h')
  .action(async (name: string, role: Role, regions: string[], options: { expires: string }) => {
    const { config, secrets } = deployment();
    checkRegions(config, regions);
    console.log(await signStaffToken({ name, role, regions }, secrets.staff, options.expires));
  });

function duration(text: string): string {
  if (!/^[1-9]\d*[smhdwy]$/.test(text))
    throw new InvalidArgumentError('Give a number and s, m, h, d, w or y, such as 12h.');
  return text;
}

function deployment(): { config: Config; secrets: Secrets } {
  const config = readConfig(process.env, 'token');
  return { config, secrets: loadSecrets(config) };
}

function checkRegions(config: Config, regions: readonly string[]): void {
  const unknown = regions.filter((region) => !config.REGIONS.includes(region));
  if (unknown.length > 0)
    throw new ConfigError([
      `region ${unknown.join(', ')}: is none of REGIONS (${config.REGIONS.join(', ')})`,
    ]);
}

try {
  await program.parseAsync();
} catch (error) {
  const known = error instanceof ConfigError || error instanceof SecretsError;
  console.error(known ? error.message : error);
  process.exitCode = known ? 2 : 1;
}
