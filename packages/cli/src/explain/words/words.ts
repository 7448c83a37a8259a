import type { Words } from '../explanation.ts';
import { AZURE_WORDS, CONNECTION_WORDS } from './azure.ts';
import { MQTT_WORDS } from './mqtt.ts';
import { SYSTEM_WORDS } from './system.ts';
import { HANDSHAKE_WORDS, TLS_WORDS } from './tls.ts';
import { WEB_WORDS } from './web.ts';

/** In the order of how much they tell: the reason of a server, then that of TLS, then the error of the system. */
const KNOWN_WORDS: Words = [
  ...MQTT_WORDS,
  ...AZURE_WORDS,
  ...TLS_WORDS,
  ...WEB_WORDS,
  ...SYSTEM_WORDS,
  ...HANDSHAKE_WORDS,
  ...CONNECTION_WORDS,
];

/**
 * The code for the words of other clients, SDKs and servers, which print no code of ours. The first entry that matches counts. The text
 * is searched twice: as it stands, and with its names split into words.
 */
export function codeOfWords(text: string): string[] {
  const both = `${text}\n${apart(text)}`;
  const known = KNOWN_WORDS.find(([words]) => words.test(both));
  return known === undefined ? [] : [known[1]];
}

/** Splits names into words: `BadUserNameOrPassword`, `NOT_AUTHORIZED`, `bad-client-id`. Each client writes them in its own style. */
export function apart(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
}
