import type { ProvisioningErrorCode } from '@mote/client';
import type { Explanation } from './explanation.ts';

// The type names every code, so a code without an explanation does not compile.
export const PROVISIONING_ERRORS: Readonly<Record<ProvisioningErrorCode, Explanation>> = {
  'invalid-options': {
    what: 'An option cannot be right, so nothing was dialled.',
    causes: [
      'a typing slip in an id, key or host',
      'a group key given where a device key belongs, or the other way round',
      'a certificate whose common name is not the registration id',
    ],
    check: 'The message names the option. `mote doctor` with the same flags checks all of them.',
    fix: 'Correct the option that the message names.',
  },
  'connect-failed': {
    what: 'No TCP connection to the service (or the proxy) came about.',
    causes: [
      'the host name does not resolve',
      'a firewall blocks port 8883',
      'no network, or nothing listens there',
      'the instance is behind a private endpoint and the global name was used',
    ],
    check: '`mote doctor` tries DNS and both ports.',
    fix: 'Use `--transport auto` or `websocket` where 8883 is blocked, `--proxy` where a proxy is required, and the name of the instance for a private endpoint.',
  },
  'proxy-failed': {
    what: 'The HTTP proxy refused the tunnel or broke it.',
    causes: [
      '407: user name or password of the proxy',
      '403: the proxy does not allow that host or port 8883',
      'the address is not an HTTP proxy',
    ],
    check: 'The HTTP status is in the message.',
    fix: 'Give `--proxy http://user:password@host:port`; use `--transport websocket` where the proxy allows port 443 only.',
  },
  'tls-failed': {
    what: 'The TLS handshake failed, or the certificate of the service was not accepted.',
    causes: [
      'a private authority that this machine does not know (emulator, IoT Edge)',
      'a wrong clock makes the certificate look expired',
      'a proxy that opens TLS',
      'the name dialled is not in the certificate',
      'the server offers TLS 1.1 or older only',
    ],
    check: 'The `cause` carries the code of Node; `mote explain` knows those too.',
    fix: 'Give the authority with `--ca FILE`; set the clock; dial the name in the certificate.',
  },
  'client-certificate-rejected': {
    what: 'The server refused our certificate during the handshake.',
    causes: [
      'intermediate certificates are missing from the file',
      'the certificate has expired or is not valid yet',
      'the key does not belong to the certificate',
    ],
    check: '`mote doctor --cert FILE --cert-key FILE` checks chain, dates and key.',
    fix: 'Put the leaf first and every intermediate below it into the file that `--cert` names.',
  },
  'websocket-failed': {
    what: 'The WebSocket upgrade was refused, or the peer does not speak RFC 6455.',
    causes: [
      'a web server or captive portal answered in the place of the service',
      'a gateway strips the Upgrade header',
      'wrong host or path',
    ],
    check: 'The HTTP status is in the message; 101 is the only good one.',
    fix: 'Check the host; try `--transport tls`; ask who runs the gateway to let WebSocket through.',
  },
  'connection-refused': {
    what: 'The service answered CONNECT with a return code other than 0.',
    causes: [
      '3: the ID scope does not exist, or the service is down',
      '5: client id, user name and certificate name three different devices',
      '4: user name or password',
    ],
    check: '`mote explain connack-N` for the return code N.',
    fix: 'Check `--id-scope` first, then `--registration-id` against the common name of the certificate.',
  },
  'connection-lost': {
    what: 'The connection ended before the answer came, and retries did not help.',
    causes: [
      'an unstable link',
      'the service closes the connection after a refusal',
      'a firewall that ends idle connections',
      'no PINGRESP within its time',
    ],
    check: 'The `stage` says during what. `-v` shows the last packet.',
    fix: 'Try again; raise `--timeout` on slow links.',
  },
  'protocol-violation': {
    what: 'The peer sent bytes, frames or JSON that break the rules, so nothing more it says can be trusted.',
    causes: [
      'something else than the service answered',
      'a proxy changed the bytes',
      'a fault of the service, or of Mote',
    ],
    check: 'The `cause` names the byte and the rule; `mote inspect` shows the packet.',
    fix: 'Check host and proxy. If the service itself answered, please report it with the packet.',
  },
  'subscribe-refused': {
    what: 'The service refused the subscription for its own answers (SUBACK 0x80).',
    causes: ['the endpoint is an MQTT broker and not a provisioning service'],
    check: 'Look at `--host`.',
    fix: 'Dial the provisioning service: global.azure-devices-provisioning.net.',
  },
  unauthorized: {
    what: 'The service does not accept the proof of identity (401 or 403).',
    causes: [
      'wrong key for this registration id',
      'the group key used as if it were the device key',
      'the clock is off, so that the token looks expired',
      'the certificate authority is not verified in the service',
      'the address is blocked by the IP filter of the instance',
    ],
    check: 'The six-digit error code, with `mote explain`; `mote doctor` compares the clock.',
    fix: 'For a device of a group use `--group-key-file`; set the clock; upload and verify the authority.',
  },
  'not-found': {
    what: 'The service knows no such enrollment or operation (404).',
    causes: ['no enrollment for this registration id', 'an instance other than the one with the enrollment'],
    check: 'Compare id scope and registration id with the portal.',
    fix: 'Create the enrollment, or use the id scope of the instance that has it.',
  },
  throttled: {
    what: 'The service asked us to slow down (429) more often than the retries allow.',
    causes: [
      'a fleet that starts at the same moment',
      'more than 1,000 registrations a minute on one instance',
      'provisioning at each boot instead of once',
    ],
    check: '`retryAfter` of the error is the wait that the service asked for.',
    fix: 'Start devices in batches with a random delay; keep the assigned hub and provision again only when the hub refuses.',
  },
  'service-error': {
    what: 'The service failed (5xx) and retries did not help.',
    causes: ['an outage or a fault of the service', 'a custom allocation function that fails'],
    check: 'The tracking id in the error is what support asks for.',
    fix: 'Try again later; look at the allocation function if there is one.',
  },
  'registration-failed': {
    what: 'The service ended the registration with the status `failed`.',
    causes: [
      'the custom allocation function failed or chose no hub',
      'no IoT hub is linked to the enrollment',
      'the certificate was not accepted (401002)',
    ],
    check: 'The six-digit error code, with `mote explain`.',
    fix: 'Correct the enrollment or the allocation function; the device is not at fault.',
  },
  'registration-disabled': {
    what: 'The enrollment of this device is disabled.',
    causes: ['an operator disabled it'],
    check: 'Look at the enrollment in the portal.',
    fix: 'Enable the enrollment. Do not retry in a loop: only an operator can change this.',
  },
  'bad-request': {
    what: 'The service did not understand the request (a 4xx of its own).',
    causes: [
      'a payload that is not a JSON object',
      'a registration id that the service does not allow',
      '`csr` with an api-version older than 2025-07-01-preview',
    ],
    check: 'The status and six-digit error code in the message.',
    fix: 'Correct the part that the message names.',
  },
  'timed-out': {
    what: 'The deadline passed while the peer was silent.',
    causes: [
      'a firewall that drops packets without a word',
      'a proxy that must be used and was not',
      'a hung service',
      'a deadline shorter than the assignment takes',
    ],
    check: 'The `stage` says where; `mote doctor` tries each step by itself.',
    fix: 'Open the port or use `--proxy`; raise `--timeout` when the stage is `wait` or `poll`.',
  },
};
