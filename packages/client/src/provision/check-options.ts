import { encodeUtf8 } from '@mote/codec';
import { askAttestation } from '../attestation/ask-attestation.ts';
import type { Attestation } from '../attestation/attestation.ts';
import { csrLine } from '../attestation/signing-request.ts';
import { GLOBAL_ENDPOINT, registerBody } from '../azure/dps.ts';
import { isApiVersion, isIdScope, isRegistrationId } from '../azure/ids.ts';
import { refuse } from '../dps/error.ts';
import type { RegistrationOptions, RetryOptions } from '../dps/registration-options.ts';
import {
  any,
  check,
  checkTransports,
  isEndpoint,
  isFunction,
  isSignal,
  number,
  type Rules,
  TLS_RULES,
  type TransportsOf,
  USER_AGENT,
  whole,
} from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import type { TlsTarget, Transport } from '../transport/transport.ts';
import { quietly, tagOf, wrong } from '../values.ts';
import { VERSION } from '../version.ts';
import type { ProvisionOptions } from './options.ts';

const ms = /* @__PURE__ */ number(0);

/** Rules of the options of `provision`. */
export const PROVISION_RULES: Rules<ProvisionOptions> = {
  idScope: [isIdScope, 'required'],
  registrationId: [isRegistrationId, 'required'],
  attestation: [(value: Attestation) => isFunction(value.check), 'required'],
  endpoint: isEndpoint,
  transport: any,
  tls: TLS_RULES,
  proxy: /:/,
  payload: any,
  csr: csrLine,
  apiVersion: isApiVersion,
  clientVersion: USER_AGENT,
  // The service closes after 1767 s of silence, and after 1.5 times Keep Alive.
  keepAlive: /* @__PURE__ */ whole(0, 1177),
  timeoutMs: /* @__PURE__ */ number(Number.MIN_VALUE, Number.MAX_VALUE),
  signal: isSignal,
  // Bounded, so that no options turn a device into a flood.
  retry: {
    attempts: /* @__PURE__ */ whole(0, 1000),
    baseMs: ms,
    capMs: ms,
    silenceMs: ms,
  } satisfies Rules<RetryOptions>,
  onProgress: isFunction,
  onPacket: isFunction,
};

/** Returns a copy of a JSON object. Other values are refused: JSON.stringify would make `{}` of a Map or a Promise, and text of a Date. */
function plainJson(value: unknown): Readonly<Record<string, unknown>> {
  const text = quietly(() => JSON.stringify(value));
  const isPlain = tagOf(value) === 'Object' && text?.startsWith('{');
  return isPlain ? JSON.parse(text!) : refuse('payload', wrong(value));
}

/** Most bytes of a register request: the service takes messages of up to 96 KB. */
const MAX_BODY = 96 * 1024;
/** The first version of the service's API that takes a CSR. */
const CSR_API_VERSION = '2025-07-01-preview';

/** The checked options of `provision`, with what the machine needs besides. */
export type CheckedOptions = Omit<ProvisionOptions, 'csr' | 'timeoutMs'> &
  Omit<RegistrationOptions, 'random'> & {
    readonly transports: readonly Transport[];
    /** TLS options, with the client certificate if there is one. */
    readonly tls: TlsTarget;
  };

/** Checks the options of `provision` and fills in defaults. Throws ProvisioningError `invalid-options`. */
export function checkOptions(options: ProvisionOptions, transportsOf: TransportsOf): CheckedOptions {
  const given = check(options, PROVISION_RULES, refuse);
  const transports = checkTransports(given, transportsOf, refuse);
  const { registrationId, attestation, endpoint = GLOBAL_ENDPOINT, timeoutMs = 120_000 } = given;
  askAttestation(() => attestation.check(registrationId));
  const payload = given.payload === undefined ? undefined : plainJson(given.payload);
  const csr = given.csr && csrLine(given.csr);
  const apiVersion = given.apiVersion ?? (csr && CSR_API_VERSION);
  // Dates of the form yyyy-mm-dd can be compared as text.
  if (csr && apiVersion! < CSR_API_VERSION) refuse('csr', `apiVersion ${CSR_API_VERSION} or later`);
  if (encodeUtf8(registerBody({ registrationId, payload, csr }))!.length > MAX_BODY)
    refuse('payload', 'at most 96 KB with the csr');
  const { host, port } = parseEndpoint(endpoint)!;
  return {
    clientVersion: `mote/${VERSION}`,
    ...given,
    timeoutMs,
    payload,
    csr,
    apiVersion,
    alternatives: attestation.alternatives,
    transports,
    routes: transports.map(({ name, defaultPort = 8883 }) => ({ transport: name, host, port: port ?? defaultPort })),
    tls: { ...given.tls, ...askAttestation(() => attestation.tls?.()) },
  };
}
