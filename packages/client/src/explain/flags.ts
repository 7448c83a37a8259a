import type { Words } from './explain.ts';

/** What an option is called in the library, and the flag of `mote` that sets it. */
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
]);

/** The same words with flags for options: in `…`, and where a message begins with the option that cannot be right. */
export function inFlags({ message, hint }: Words, pairs: ReadonlyMap<string, string> = PAIRS): Words {
  return {
    message: message.replace(/^[\w.]+(?=: )/, (option) => pairs.get(option)?.replace(/ .*/, '') ?? option),
    hint: hint?.replace(/`([^`]+)`/g, (text, option: string) =>
      pairs.has(option) ? `\`${pairs.get(option)}\`` : text,
    ),
  };
}
