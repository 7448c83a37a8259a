import type { ProvisioningErrorCode } from '../dps/error.ts';
import type { Stage } from '../dps/stage.ts';
import { idsAreSwapped, otherCloud } from './clouds.ts';
import type { Failure, Setting } from './failure.ts';

// What is likely wrong, and what to do. One record for each key space, so that a slip in a code does not compile; a hint that names
// a cause has looked at what is known of the device. What stands in `…` is an option of the library, and one of `flags.ts`.

/** A sentence or two; undefined when nothing is likelier than the rest. */
type Hint = string | undefined | ((setting: Setting, failure: Failure) => string | undefined);

/** The likely cause of a failure, from the most special that is known of it to the most general. */
export function hintOf(failure: Failure, setting: Setting): string | undefined {
  const { code, returnCode, statusCode, errorCode, retryAfter, stage } = failure;
  const hints: Hint[] = [
    code === 'timed-out' ? (retryAfter ? MORE_TIME : SILENT_STAGES[stage!]) : undefined,
    ERROR_CODES[errorCode!],
    code === 'connection-refused' ? RETURN_CODES[returnCode!] : undefined,
    code === 'bad-request' ? BAD_REQUESTS[statusCode!] : undefined,
    Object.keys(CODES).includes(code) ? CODES[code] : undefined,
  ];
  for (const hint of hints) {
    const words = typeof hint === 'function' ? hint(setting, failure) : hint;
    if (words) return words;
  }
  return undefined;
}

const MORE_TIME = 'Allow it more time: `timeoutMs`.';
const FLEET = 'Start devices in batches, and keep the hub between starts.';
const CHAIN = 'Is the certificate in date, every intermediate in `cert`, and the CA verified in the service?';
const PORTAL = 'A web server or a sign-in page of the network may have answered: check `endpoint`.';
const SERVICE = 'Is `endpoint` the provisioning service?';
const OWN_PROXY = 'Is the address in `proxy` that of an HTTP proxy?';

/** 401 does not tell a wrong key from a wrong clock. */
const proof: Hint = ({ attestation }) =>
  attestation === 'x509'
    ? CHAIN
    : attestation === 'group-key'
      ? 'Is it a key of this group (a key of the device: `symmetricKey`), and the clock right?'
      : "Is it this device's own key (with its group's: `groupKey`), and the clock right?";

/** In the state of a registration this code speaks of the hub, unless the service's words speak of a certificate. */
const hubOrChain: Hint = ({ attestation }, { code, response }) => {
  if (code !== 'registration-failed') return undefined;
  const words = JSON.stringify(response) ?? '';
  const hub = 'The linked IoT hub refused the provisioning service, not the device: link the hub anew.';
  if (attestation !== 'x509' || /IotHub/i.test(words)) return hub;
  return /chain|CA cert/i.test(words) ? CHAIN : `${hub} If it is well: ${CHAIN}`;
};

const body: Hint = ({ csr }) =>
  csr ? 'Is `csr` for this registration id, with a key of curve P-384?' : 'Is `payload` a JSON object?';

/** Six digits of the service that were seen in the field; the list is not published. */
const ERROR_CODES: Readonly<Record<number, Hint>> = {
  400004: body,
  400012: 'The service could not parse the body: is `payload` a JSON object, and not text?',
  400207: 'See the log of the allocation function.',
  400208: 'Is an IoT hub linked to the enrollment?',
  400209: 'The allocation did not approve this device.',
  401002: hubOrChain,
  404202: 'The registration was deleted meanwhile: register again.',
};

/** Of CONNACK. */
const RETURN_CODES: Readonly<Record<number, Hint>> = {
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
};
const NAMES = 'Is the registration id the common name of the certificate, and every intermediate in `cert`?';

/** Statuses that end in `bad-request`. */
const BAD_REQUESTS: Readonly<Record<number, Hint>> = {
  400: body,
  405: SERVICE,
  409: 'Another request for this device is under way: try again later.',
  412: 'The enrollment was changed meanwhile: try again.',
  413: 'Is `payload` too large?',
  415: body,
};

const WEB_SOCKET_PORT = 'Is the port in `endpoint` for WebSocket?';

const firewall = ({ transport, proxy }: Setting): string =>
  proxy
    ? 'Does the proxy answer, and may this device reach it?'
    : transport === 'tls'
      ? "Behind a firewall, try `transport: 'auto'` or `proxy`."
      : 'Behind a firewall, try `proxy`.';

/** Where nobody answers. */
const SILENT_STAGES: Readonly<Partial<Record<Stage, Hint>>> = {
  dns: 'Does a DNS server answer here?',
  tcp: firewall,
  proxy: OWN_PROXY,
  tls: firewall,
  upgrade: WEB_SOCKET_PORT,
  connect: SERVICE,
};

/** By the code of Node, OpenSSL or the codec; the first that fits counts. */
const CAUSES: readonly (readonly [code: RegExp, hint: Hint])[] = [
  [/ENOTFOUND/, ({ proxy }) => `Is the host name in \`${proxy ? 'proxy' : 'endpoint'}\` right, and does DNS know it?`],
  [/EAI_|ENETUNREACH|EHOSTUNREACH/, 'Is there a network, and does its DNS server answer?'],
  [/ECONNREFUSED/, ({ proxy }) => `Nothing listens there. Is the port in \`${proxy ? 'proxy' : 'endpoint'}\` right?`],
  [/_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'The server has to speak TLS 1.2 or 1.3.'],
  [/_ALERT_(HANDSHAKE_F|INSUFF)/, 'Server and device have no cipher or curve in common.'],
  // Whoever gave no certificate did not have it refused.
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

const cause = (setting: Setting, failure: Failure): string | undefined => {
  const { code, message } = (failure.cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const [, hint] = CAUSES.find(([pattern]) => pattern.test(String(code ?? message))) ?? [];
  return typeof hint === 'function' ? hint(setting, failure) : hint;
};

/** What remains when nothing more special is known. A Record over the closed union: each code was thought of. */
const CODES: Readonly<Record<ProvisioningErrorCode, Hint>> = {
  'invalid-options': undefined,
  'connect-failed': (setting, failure) => cause(setting, failure) ?? firewall(setting),
  'proxy-failed': ({ proxy, transport }, { statusCode = 0, schemes }) => {
    if (schemes && !schemes.includes('Basic'))
      return `Only Basic is spoken here: allow it at the proxy, or run a local proxy that speaks ${schemes[0]}.`;
    if (statusCode === 407 || statusCode === 401)
      return `Are user and password in \`proxy\`${proxy === 'open' ? '? It wants both.' : ', and are they right?'}`;
    if (statusCode > 499) return 'The proxy cannot reach the service: is `endpoint` right, and its port allowed?';
    if (statusCode === 403 && transport !== 'websocket')
      return "Many proxies allow port 443 only: try `transport: 'websocket'`.";
    return OWN_PROXY;
  },
  'tls-failed': cause,
  'client-certificate-rejected': cause,
  'websocket-failed': PORTAL,
  'connection-refused': undefined,
  'connection-lost': (setting, { stage }) =>
    stage === 'upgrade' ? WEB_SOCKET_PORT : stage === 'tls' ? firewall(setting) : undefined,
  'protocol-violation': ({ transport }, { stage, cause: error }) => {
    // "HTTP" read as MQTT is a PUBACK with flags 8: 0x48.
    const isHttp = (error as { readonly packetType?: unknown } | undefined)?.packetType === 4;
    if (stage === 'upgrade') return PORTAL;
    if (stage !== 'connect') return undefined;
    return isHttp && transport !== 'websocket'
      ? "HTTP answered: is that the port for `transport: 'websocket'`?"
      : SERVICE;
  },
  'subscribe-refused': SERVICE,
  unauthorized: proof,
  'not-found': 'Is there an enrollment for this id under this ID scope?',
  throttled: FLEET,
  'service-error': 'If it stays, give support the tracking id.',
  'registration-failed': 'Look at the allocation of the enrollment, and at its linked hubs.',
  'registration-disabled': 'Enable the enrollment: trying again does not help.',
  'bad-request': undefined,
  'timed-out': MORE_TIME,
};
