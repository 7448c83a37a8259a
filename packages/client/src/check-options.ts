import { encodeUtf8 } from '@mote/codec';
import { authorities } from './attestation/certificates.ts';
import { base64Csr } from './attestation/signing-request.ts';
import { DEFAULT_API_VERSION, GLOBAL_ENDPOINT, registerBody } from './azure/dps.ts';
import { isApiVersion, isIdScope, isRegistrationId, matches } from './azure/ids.ts';
import { refuse } from './dps/error.ts';
import type { RegistrationOptions, RetryOptions } from './dps/registration-options.ts';
import type { ProvisionOptions, TlsOptions } from './options.ts';
import { type Rule, TLS_RULES } from './tls-rules.ts';
import { parseEndpoint } from './transport/host-port.ts';
import type { TlsTarget, Transport } from './transport/transport.ts';
import { quietly } from './values.ts';
import { VERSION } from './version.ts';

const number = (least: number, most: number) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= most;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isFunction = (value: unknown): boolean => typeof value === 'function';
const any: Rule = [() => true, ''];
const object: Rule = [isObject, 'an object'];
const callback: Rule = [isFunction, 'a function'];
const amount: Rule = [number(0, Infinity), 'a number, 0 or more'];

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
  payload: any,
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
  // Bounded, and the later ones at least a second apart: no options turn a device into a flood.
  attempts: [(value: number) => Number.isInteger(value) && number(0, 1000)(value), 'a whole number, 0 to 1000'],
  baseMs: amount,
  capMs: amount,
  silenceMs: amount,
};

/** A copy of a JSON object. What only turns into one is refused: Map and Promise turn into `{}`, Date into text. */
function plainJson(value: unknown): Readonly<Record<string, unknown>> {
  const text = quietly(() => JSON.stringify(value));
  const isPlain = Object.prototype.toString.call(value) === '[object Object]' && text?.startsWith('{');
  return isPlain ? JSON.parse(text!) : refuse('payload', 'a JSON object');
}

/** The service takes messages of 96 KB. */
const MAX_BODY = 96 * 1024;
/** The first version of the service's API that takes a CSR. */
const CSR_API_VERSION = '2025-07-01-preview';

/** What is left of the options of `provision` once they are checked: the machine's, and what TLS is to use. */
export interface CheckedOptions extends Omit<RegistrationOptions, 'random'> {
  readonly tls: TlsTarget;
}

/** Checks the options of `provision`, and fills in what was left out. Throws ProvisioningError `invalid-options`. */
export function checkOptions(options: ProvisionOptions, transports: readonly Transport[]): CheckedOptions {
  if (!isObject(options)) refuse('options', 'an object');
  check(options, OPTIONS);
  const { idScope, registrationId, attestation, keepAlive, retry = {}, tls = {}, endpoint = GLOBAL_ENDPOINT } = options;
  const { timeoutMs = 120_000, clientVersion = `mote/${VERSION}` } = options;
  check(retry, RETRY, 'retry.');
  check(tls, TLS_RULES, 'tls.');
  attestation.check(registrationId);
  // Read once: what is checked is what is sent.
  const payload = options.payload === undefined ? undefined : plainJson(options.payload);
  const csr = options.csr && base64Csr(options.csr);
  const { apiVersion = csr ? CSR_API_VERSION : DEFAULT_API_VERSION } = options;
  // Dates in this form compare as text.
  if (csr && apiVersion < CSR_API_VERSION) refuse('csr', `apiVersion ${CSR_API_VERSION} or later`);
  if ((encodeUtf8(registerBody({ registrationId, payload, csr }))?.length ?? Infinity) > MAX_BODY)
    refuse('payload', 'at most 96 KB with the csr');
  const { host, port } = parseEndpoint(endpoint)!;
  return {
    idScope,
    registrationId,
    keepAlive,
    retry,
    payload,
    csr,
    apiVersion,
    clientVersion,
    timeoutMs,
    alternatives: attestation.alternatives,
    routes: transports.map(({ name, defaultPort = 8883 }) => ({ transport: name, host, port: port ?? defaultPort })),
    tls: { ...trusting(tls), ...attestation.tls?.() },
  };
}

/** The TLS options with the CAs as they were read: of text that holds none, Node would make an empty list. */
function trusting({ ca, ...others }: TlsOptions): TlsTarget {
  return ca === undefined ? others : { ...others, ca: authorities('tls.ca', ca) };
}

/** Throws ProvisioningError `invalid-options` at the first option that is unknown, wrong or missing. */
function check(options: object, rules: Readonly<Record<string, Rule>>, prefix = ''): void {
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const name of Object.keys({ ...rules, ...options })) {
    const [test, wanted, required] = Object.hasOwn(rules, name) ? rules[name]! : [() => false, 'no such option', true];
    const value = given[name];
    if ((required || value !== undefined) && !test(value as never)) refuse(prefix + name, wanted);
  }
}
