import type { Words } from './explain.ts';

/** Options of the library, and the flags of `mote` that set them. */
const PAIRS: ReadonlyMap<string, string> = new Map([
  ['endpoint', '--host'],
  ['idScope', '--id-scope'],
  ['registrationId', '--registration-id'],
  ['symmetricKey', '--key-file FILE'],
  ['groupKey', '--group-key-file FILE'],
  ['key', '--key'],
  ['secondaryKey', '--secondary-key'],
  ['masterKey', '--group-key'],
  ['cert', '--cert'],
  ['x509.cert', '--cert'],
  ['x509.key', '--cert-key'],
  ['x509.passphrase', '--passphrase'],
  ['tls: { ca }', '--ca FILE'],
  ['tls: { cert }', '--cert FILE'],
  ['tls.ca', '--ca'],
  ['proxy', '--proxy URL'],
  ["transport: 'auto'", '--transport auto'],
  ["transport: 'websocket'", '--transport websocket'],
  ['transport', '--transport'],
  ['payload', '--payload'],
  ['csr', '--csr'],
  ['apiVersion', '--api-version'],
  ['timeoutMs', '--timeout SECONDS'],
  ['expiry', '--expiry'],
  ['hub.endpoint', '--hub-host'],
  ['hub.modelId', '--model-id'],
  ['modelId', '--model-id'],
  ['connectionString', '--connection-string'],
  ['hostName', '--connection-string'],
  ['deviceId', '--registration-id'],
  ['attestation', '--key-file` or `--cert'],
  ['device.batch()', 'a JSON array in one line'],
]);

/**
 * Replaces names of options by flags: in `…`, and at the start of a message about an option that is wrong. A flag is always text, so
 * the kind of the value is left out.
 *
 * @example
 * const { hint } = inFlags({ message: 'no', hint: 'Is `idScope` right?' }); // 'Is `--id-scope` right?'
 */
export function inFlags({ message, hint }: Words, pairs: ReadonlyMap<string, string> = PAIRS): Words {
  return {
    message: message
      .replace(/^[\w.]+(?=: )/, (option) => pairs.get(option)?.replace(/[` ].*/, '') ?? option)
      .replace(/ \(given: [^()]*\)$/, ''),
    hint: hint?.replace(/`([^`]+)`/g, (text, option: string) =>
      pairs.has(option) ? `\`${pairs.get(option)}\`` : text,
    ),
  };
}
