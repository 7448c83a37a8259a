import { authorities } from './attestation/certificates.ts';
import { base64Csr } from './attestation/signing-request.ts';
import { isApiVersion, isIdScope, isRegistrationId, matches } from './core/dps/ids.ts';
import { registerBody } from './core/dps/register-body.ts';
import { DEFAULT_API_VERSION } from './core/dps/user-name.ts';
import { quietly } from './core/quietly.ts';
import type { RegistrationOptions, RetryOptions } from './core/registration-options.ts';
import { encodeUtf8 } from './core/utf8.ts';
import { parseEndpoint } from './endpoint.ts';
import { checkOptions, type Rule } from './option-rules.ts';
import type { ProvisionOptions, TlsOptions } from './options.ts';
import { refuse } from './refuse.ts';
import type { Transport } from './transport/transport.ts';
import { VERSION } from './version.ts';

const number = (least: number, most: number) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= most;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isFunction = (value: unknown): boolean => typeof value === 'function';
const any: Rule = [() => true, ''];
const object: Rule = [isObject, 'an object'];
const callback: Rule = [isFunction, 'a function'];
const amount: Rule = [number(0, Infinity), 'a number, 0 or more'];
const tlsVersion: Rule = [(value: string) => ['TLSv1.2', 'TLSv1.3'].includes(value), 'TLSv1.2 or TLSv1.3'];

const OPTIONS: Readonly<Record<keyof ProvisionOptions, Rule>> = {
  idScope: [isIdScope, 'such as 0ne00ABCDEF', true],
  registrationId: [isRegistrationId, '1 to 128 letters, digits, - . _ :', true],
  attestation: [
    (value: ProvisionOptions['attestation']) => isFunction(value?.check),
    'symmetricKey, groupKey, sasSigner or x509',
    true,
  ],
  endpoint: [parseEndpoint, 'host or host:port'],
  transport: any,
  tls: object,
  proxy: [(value: unknown) => matches(value, /:/), 'a URL'],
  payload: [
    (value: unknown) => isObject(value) && !Array.isArray(value) && quietly(() => JSON.stringify(value)),
    'a JSON object',
  ],
  csr: [base64Csr, 'holds no certificate request (PKCS #10 as PEM or DER)'],
  apiVersion: [isApiVersion, 'such as 2019-03-31'],
  clientVersion: [(value: unknown) => matches(value, /^[ -~]{1,512}$/), 'printable ASCII'],
  keepAlive: [(value: number) => Number.isInteger(value) && number(0, 1177)(value), 'whole seconds, 0 to 1177'],
  timeoutMs: [number(Number.MIN_VALUE, Number.MAX_VALUE), 'more than 0'],
  signal: object,
  retry: object,
  onProgress: callback,
  onPacket: callback,
};

const RETRY: Readonly<Record<keyof RetryOptions, Rule>> = {
  attempts: amount,
  baseMs: amount,
  capMs: amount,
  silenceMs: amount,
};

/** What cannot lower the floor: TLS 1.2, with the server's certificate verified. */
const TLS: Readonly<Record<keyof TlsOptions, Rule>> = {
  ca: any,
  ciphers: any,
  crl: any,
  ecdhCurve: any,
  family: any,
  lookup: any,
  maxVersion: tlsVersion,
  minVersion: tlsVersion,
  rejectUnauthorized: [(value: boolean) => value, 'always on; trust your CA with tls.ca'],
  servername: any,
  sigalgs: any,
};

/** The service takes messages of 96 KB. */
const MAX_BODY = 96 * 1024;
/** The first version of the service's API that takes a CSR. */
const CSR_API_VERSION = '2025-07-01-preview';
const GLOBAL_ENDPOINT = 'global.azure-devices-provisioning.net';

/** The options of a Registration, from those of `provision`. Throws ProvisioningError `invalid-options`. */
export function registrationOptions(
  options: ProvisionOptions,
  transports: readonly Transport[],
): Omit<RegistrationOptions, 'random'> {
  if (!isObject(options)) refuse('options', 'an object');
  checkOptions(options, OPTIONS);
  const { registrationId, attestation, payload, retry = {}, tls = {}, endpoint = GLOBAL_ENDPOINT } = options;
  const { timeoutMs = 120_000, clientVersion = `mote/${VERSION}` } = options;
  checkOptions(retry, RETRY, 'retry.');
  checkOptions(tls, TLS, 'tls.');
  attestation.check(registrationId);
  const csr = options.csr && base64Csr(options.csr);
  const { apiVersion = csr ? CSR_API_VERSION : DEFAULT_API_VERSION } = options;
  // Dates in this form compare as text.
  if (csr && apiVersion < CSR_API_VERSION) refuse('csr', `apiVersion ${CSR_API_VERSION} or later`);
  if (encodeUtf8(registerBody({ registrationId, payload, csr })).length > MAX_BODY)
    refuse('payload', 'at most 96 KB with the csr');
  const { host, port } = parseEndpoint(endpoint)!;
  const routes = transports.map(({ name, defaultPort = 8883 }) => ({
    transport: name,
    host,
    port: port ?? defaultPort,
  }));
  return { ...options, csr, apiVersion, clientVersion, timeoutMs, alternatives: attestation.alternatives, routes };
}

/** The TLS options with the CAs as they were read: of text that holds none, Node would make an empty list. */
export function trusting({ ca, ...others }: TlsOptions = {}): TlsOptions {
  return ca === undefined ? others : { ...others, ca: authorities('tls.ca', ca) };
}
