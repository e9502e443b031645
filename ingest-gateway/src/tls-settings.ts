import { readTls } from '@vitalwire/core/adapters/engine-tls.ts';
import type { Config } from '@vitalwire/core/runtime/config.ts';
import type { GatewayTls } from './listen.ts';

/** The files that `MQTT_TLS_…` name; undefined where there is no certificate. @throws ConfigError */
export function gatewayTlsOf(config: Config): GatewayTls | undefined {
  const { cert, key, ca } = readTls(config, 'MQTT');
  return cert === undefined || key === undefined ? undefined : { port: config.MQTT_TLS_PORT, cert, key, ca };
}
