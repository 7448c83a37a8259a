import type { ProvisioningErrorCode } from '../dps/error.ts';
import type { Stage } from '../dps/stage.ts';
import { idsAreSwapped, otherCloud } from './clouds.ts';
import type { Failure, Setting } from './failure.ts';

// The likely cause of a failure, and what to do. The table by code is a Record, so that a misspelt code does not compile. A hint
// names a cause only after it has looked at the device's setting. Names in `…` are options of the library, listed in `flags.ts`.

/** One or two sentences. Undefined when no cause is likelier than others. */
export type Hint = string | undefined | ((setting: Setting, failure: Failure) => string | undefined);
/** Hints by code. */
export type Hints = Readonly<Partial<Record<ProvisioningErrorCode, Hint>>>;

/** The hint for a failure: the most special rule that fits. The hints of `more` come before the general ones. */
export function hintOf(failure: Failure, setting: Setting, more: Hints): string | undefined {
  const { code, returnCode, statusCode, errorCode } = failure;
  return [
    // Those of the service have six digits; a shorter one is a number of another kind.
    NUMBERS[(errorCode! > 999 && errorCode) as number],
    NUMBERS[returnCode!],
    code === 'bad-request' ? NUMBERS[statusCode!] : undefined,
    ...[more, CODES].map((table) => (Object.keys(table).includes(code) ? table[code] : undefined)),
  ]
    .map((hint) => wordsOf(hint, setting, failure))
    .find((words) => words !== undefined);
}

function wordsOf(hint: Hint, setting: Setting, failure: Failure): string | undefined {
  return typeof hint === 'function' ? hint(setting, failure) : hint;
}

const MORE_TIME = 'Allow it more time: `timeoutMs`.';
const FLEET = 'Start devices in batches, and keep the hub between starts.';
const CHAIN = 'Is the certificate in date, every intermediate in `cert`, and the CA verified in the service?';
const SERVICE = 'Is `endpoint` the provisioning service?';
const FIREWALL = 'Does a firewall close the port?';

/** The service answers 401 to a wrong key and to a wrong clock alike. */
const proof: Hint = ({ attestation }) =>
  attestation === 'x509'
    ? CHAIN
    : attestation === 'group-key'
      ? 'Is it a key of this group (a key of the device: `symmetricKey`), and the clock right?'
      : "Is it this device's own key (with its group's: `groupKey`), and the clock right?";

/** In a registrationState this number is about the hub, unless the service's text speaks of a certificate. */
const hubOrChain: Hint = ({ attestation }, { code, response }) => {
  if (code !== 'registration-failed') return undefined;
  const words = JSON.stringify(response) ?? '';
  const hub = 'The linked IoT hub refused the provisioning service, not the device: link the hub anew.';
  if (attestation !== 'x509' || /IotHub/i.test(words)) return hub;
  return /chain|CA cert/i.test(words) ? CHAIN : `${hub} If it is well: ${CHAIN}`;
};

const body: Hint = ({ csr }) =>
  csr ? 'Is `csr` for this registration id, with a key of curve P-384?' : 'Is `payload` a JSON object?';

const NAMES = 'Is the registration id the common name of the certificate, and every intermediate in `cert`?';

/** Hints by number. No number has two meanings. */
const NUMBERS: Readonly<Record<number, Hint>> = {
  // Return codes of CONNACK.
  1: SERVICE,
  2: 'The server does not take the client id: `registrationId`.',
  3: ({ idScope, registrationId, endpoint }) => {
    const cloud = otherCloud(idScope, endpoint);
    if (cloud) return `This ID scope belongs to another cloud: set \`endpoint\` to ${cloud}.`;
    if (idsAreSwapped(idScope, registrationId)) return 'Are `idScope` and `registrationId` swapped?';
    return 'Is the ID scope right? If so, the service is down.';
  },
  4: ({ attestation }) => (attestation === 'x509' ? SERVICE : 'Is the clock right, and this the service?'),
  5: ({ attestation, apiVersion }) =>
    apiVersion
      ? `Does the service know \`apiVersion\` ${apiVersion}? ${NAMES}`
      : attestation && attestation !== 'x509'
        ? 'Does the enrollment attest with a key?'
        : NAMES,
  // Statuses that end in `bad-request`.
  400: body,
  405: SERVICE,
  409: 'Another request for this device is under way: try again later.',
  412: 'The enrollment was changed meanwhile: try again.',
  413: 'Is `payload` too large?',
  415: body,
  // Error numbers of the service, six digits, as they were seen. The list is not published.
  400004: body,
  400012: body,
  400207: 'See the log of the allocation function.',
  400208: 'Is an IoT hub linked to the enrollment?',
  400209: 'The allocation did not approve this device.',
  401002: hubOrChain,
  404202: 'The registration was deleted meanwhile: register again.',
};

/** Hints by the code of Node, OpenSSL or the codec. The first that fits counts. */
const CAUSES: readonly (readonly [code: RegExp, hint: Hint])[] = [
  [
    /ENOTFOUND|EINVAL/,
    ({ proxy }) => `Is the host name in \`${proxy ? 'proxy' : 'endpoint'}\` right, and does DNS know it?`,
  ],
  [/EAI_|ENETUNREACH|EHOSTUNREACH/, 'Is there a network, and does its DNS server answer?'],
  [/ECONNREFUSED/, ({ proxy }) => `Nothing listens there. Is the port in \`${proxy ? 'proxy' : 'endpoint'}\` right?`],
  [/_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'The server has to speak TLS 1.2 or 1.3.'],
  // Of a device without a certificate TLS 1.2 refuses the handshake with the same alert [RFC 5246 7.4.6].
  [/_ALERT_(HANDSHAKE_F|INSUFF)/, 'No cipher or curve in common, or mutual TLS is wanted.'],
  // Only if a certificate was given can it have been refused.
  [/ALERT/, ({ attestation }) => (attestation && attestation !== 'x509' ? SERVICE : CHAIN)],
  [/EXPIRED|NOT_YET_VALID/, 'Is the clock right? If so, the certificate of the server is to be renewed.'],
  [/ALTNAME/, 'Dial a name that is a subjectAltName of the certificate: `endpoint`.'],
  [/WRONG_VERSION|PACKET_LENGTH|HTTP_REQ/, 'That was no TLS. Is the port in `endpoint` right?'],
  [
    /CERT|LEAF|ISSUER|CA$/,
    ({ ca }) =>
      ca
        ? 'Is the CA in `tls: { ca }` the one that this server has now?'
        : 'Is its CA missing in `tls: { ca }`, or does something intercept TLS?',
  ],
];

/** The hint for the error of Node, OpenSSL or a transport that is the cause, by its code or message. */
export function causeHint(setting: Setting, failure: Failure): string | undefined {
  const { code, message } = Object(failure.cause) as { readonly code?: unknown; readonly message?: unknown };
  const [, hint] = CAUSES.find(([pattern]) => pattern.test(String(code ?? message))) ?? [];
  return wordsOf(hint, setting, failure);
}

/** The general hints, by code. */
const CODES: Hints = {
  'connect-failed': (setting, failure) => causeHint(setting, failure) ?? FIREWALL,
  'tls-failed': causeHint,
  'client-certificate-rejected': causeHint,
  'connection-lost': (_, { stage }) => (stage === 'tls' ? FIREWALL : undefined),
  'protocol-violation': (_, { stage }) => (stage === 'connect' ? SERVICE : undefined),
  'subscribe-refused': SERVICE,
  unauthorized: proof,
  'not-found': 'Is there an enrollment for this id under this ID scope?',
  throttled: FLEET,
  'service-error': 'If it stays, give support the tracking id.',
  'registration-failed': 'Look at the allocation of the enrollment, and at its linked hubs.',
  'registration-disabled': 'Enable the enrollment: trying again does not help.',
  'timed-out': (_, { retryAfter, stage }) => (retryAfter ? undefined : SILENT_STAGES[stage!]) ?? MORE_TIME,
};

/** The hint when no server answers. */
const SILENT_STAGES: Readonly<Partial<Record<Stage, string>>> = {
  dns: 'Does a DNS server answer here?',
  tcp: FIREWALL,
  tls: FIREWALL,
  connect: SERVICE,
};
