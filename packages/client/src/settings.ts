import { isApiVersion, isIdScope, isRegistrationId } from './core/dps/ids.ts';
import { registerBody } from './core/dps/register-body.ts';
import { DEFAULT_API_VERSION } from './core/dps/user-name.ts';
import type { RegistrationOptions } from './core/registration-options.ts';
import type { RetryOptions } from './core/retry.ts';
import { encodeUtf8 } from './core/utf8.ts';
import { base64Csr, CSR_API_VERSION } from './csr.ts';
import { parseEndpoint } from './endpoint.ts';
import type { ProvisionOptions } from './options.ts';
import { refuse } from './refuse.ts';
import { checkTlsOptions } from './tls-options.ts';
import type { Transport } from './transport/transport.ts';
import { VERSION } from './version.ts';

const OPTIONS: Readonly<Record<keyof ProvisionOptions, 'string' | 'number' | 'object' | 'function' | undefined>> = {
  idScope: 'string',
  registrationId: 'string',
  attestation: 'object',
  endpoint: 'string',
  transport: undefined,
  tls: 'object',
  proxy: 'string',
  payload: 'object',
  csr: undefined,
  apiVersion: 'string',
  clientVersion: 'string',
  keepAlive: 'number',
  timeoutMs: 'number',
  signal: 'object',
  retry: 'object',
  onProgress: 'function',
  onPacket: 'function',
};

const RETRY: readonly string[] = ['attempts', 'baseMs', 'capMs', 'silenceMs'];
/** The service takes messages of 96 KB. */
const MAX_BODY = 96 * 1024;
const GLOBAL_ENDPOINT = 'global.azure-devices-provisioning.net';

/** The options of a Registration, from those of `provision`. Throws ProvisioningError `invalid-options`. */
export function registrationOptions(
  options: ProvisionOptions,
  transports: readonly Transport[],
): Omit<RegistrationOptions, 'random'> {
  if (typeof options !== 'object' || options === null) refuse('options', 'an object');
  const {
    idScope,
    registrationId,
    attestation,
    payload,
    clientVersion,
    keepAlive = 30,
    timeoutMs = 120_000,
    retry = {},
  } = options;
  checkKeys(options);
  if (!isIdScope(idScope)) refuse('idScope', 'as the portal shows it, such as 0ne00ABCDEF');
  if (!isRegistrationId(registrationId))
    refuse('registrationId', '1 to 128 letters, digits, - . _ : with a letter or digit first');
  if (typeof attestation?.check !== 'function') refuse('attestation', 'symmetricKey, groupKey, sasSigner or x509');
  attestation.check(registrationId);
  if (!Number.isInteger(keepAlive) || keepAlive < 0 || keepAlive > 1177)
    refuse('keepAlive', 'whole seconds, 0 to 1177');
  if (!(timeoutMs > 0 && timeoutMs < Number.POSITIVE_INFINITY)) refuse('timeoutMs', 'milliseconds, more than 0');
  if (clientVersion !== undefined && !/^[\x20-\x7e]{1,512}$/.test(clientVersion))
    refuse('clientVersion', 'printable ASCII');
  checkRetry(retry);
  checkTlsOptions(options.tls ?? {});
  const csr = options.csr === undefined ? undefined : base64Csr(options.csr);
  const { apiVersion = csr === undefined ? DEFAULT_API_VERSION : CSR_API_VERSION } = options;
  if (!isApiVersion(apiVersion)) refuse('apiVersion', 'such as 2019-03-31');
  // Dates in this form compare as text.
  if (csr !== undefined && apiVersion < CSR_API_VERSION) refuse('csr', `apiVersion ${CSR_API_VERSION} or later`);
  checkPayload(payload);
  if (encodeUtf8(registerBody({ registrationId, payload, csr })).length > MAX_BODY)
    refuse('payload', 'at most 96 KB with the csr');
  const { host, port } = parseEndpoint(options.endpoint ?? GLOBAL_ENDPOINT, 'endpoint');
  return {
    idScope,
    registrationId,
    apiVersion,
    clientVersion: clientVersion ?? `mote/${VERSION}`,
    keepAlive,
    timeoutMs,
    retry,
    payload,
    csr,
    alternatives: attestation.alternatives,
    routes: transports.map(({ name, defaultPort = 8883 }) => ({ transport: name, host, port: port ?? defaultPort })),
  };
}

function checkKeys(options: ProvisionOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(name in OPTIONS)) refuse(name, 'no such option');
    const type = OPTIONS[name as keyof ProvisionOptions];
    if (value !== undefined && type !== undefined && typeof value !== type) refuse(name, `a ${type}`);
  }
}

function checkRetry(retry: RetryOptions): void {
  for (const [name, value] of Object.entries(retry)) {
    if (!RETRY.includes(name)) refuse(`retry.${name}`, 'no such option');
    if (value !== undefined && !(value >= 0)) refuse(`retry.${name}`, 'a number, 0 or more');
  }
}

function checkPayload(payload: unknown): void {
  if (payload === null || Array.isArray(payload)) refuse('payload', 'a JSON object');
  try {
    JSON.stringify(payload);
  } catch {
    refuse('payload', 'a JSON object');
  }
}
