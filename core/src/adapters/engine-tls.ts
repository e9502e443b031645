import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError, type Config } from '../runtime/config.ts';
import { messageOf } from '../runtime/errors.ts';

/** How an engine is known, and how this process is known to it; PEM. Node's own authorities where `ca` is undefined. */
export interface EngineTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** A login; the password never leaves it but to the engine. */
export interface EngineLogin {
  readonly username: string;
  readonly password: string;
}

/** `MQTT`: how the gateway is known to devices, and by whom theirs are signed. */
type Prefix = 'KAFKA' | 'CASSANDRA' | 'REDIS' | 'MQTT';

/** Reads the files that the settings name, at start, so that a mistake in them is told then. @throws ConfigError */
export function readTls(config: Config, engine: Prefix): EngineTls {
  const tls = {
    ca: readPem(config, `${engine}_TLS_CA`, certificate),
    cert: readPem(config, `${engine}_TLS_CERT`, certificate),
    key: readPem(config, `${engine}_TLS_KEY`, createPrivateKey),
  };
  if (tls.cert && tls.key && !certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key)))
    throw new ConfigError([`${engine}_TLS_KEY: is not the key of the certificate in ${engine}_TLS_CERT`]);
  return tls;
}

/** @throws ConfigError */
export const readAuthority = (config: Config, setting: 'INFLUX_TLS_CA'): string | undefined =>
  readPem(config, setting, certificate);

const certificate = (pem: string): X509Certificate => new X509Certificate(pem);

type FileSetting = `${Prefix}_TLS_${'CA' | 'CERT' | 'KEY'}` | 'INFLUX_TLS_CA';

function readPem(config: Config, setting: FileSetting, parse: (pem: string) => unknown): string | undefined {
  const file = config[setting];
  if (!file) return undefined;
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${setting}: cannot be read (${messageOf(error)})`]);
  }
  try {
    parse(pem);
  } catch {
    throw new ConfigError([`${setting}: ${file} holds no PEM that can be used`]);
  }
  return pem;
}

/** Node's codes of a server whose certificate is not trusted, or of one that speaks no TLS. */
const UNTRUSTED =
  /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/;
const NOT_TLS = /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)/;

/** Which setting to look at where a connection failed for its TLS; undefined where it failed otherwise. */
export function tlsSettingOf(
  error: unknown,
  settings: { readonly ca: string; readonly tls: string },
): string | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (UNTRUSTED.test(code)) return settings.ca;
  return NOT_TLS.test(code) ? settings.tls : undefined;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
