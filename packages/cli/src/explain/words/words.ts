import type { Words } from '../explanation.ts';
import { AZURE_WORDS } from './azure.ts';
import { MQTT_WORDS } from './mqtt.ts';
import { SYSTEM_WORDS } from './system.ts';
import { HANDSHAKE_WORDS, TLS_WORDS } from './tls.ts';
import { WEB_WORDS } from './web.ts';

/** What says most comes first: the reason of a server, then of the TLS, then what the system saw of it. */
const KNOWN_WORDS: Words = [
  ...MQTT_WORDS,
  ...AZURE_WORDS,
  ...TLS_WORDS,
  ...WEB_WORDS,
  ...SYSTEM_WORDS,
  ...HANDSHAKE_WORDS,
];

/**
 * The code for the words of other clients, SDKs and servers: of the first of them that fits. They come without a code of their own,
 * so the whole text is looked at: as it stands, and with its names taken apart.
 */
export function codeOfWords(text: string): string[] {
  const both = `${text}\n${apart(text)}`;
  const known = KNOWN_WORDS.find(([words]) => words.test(both));
  return known === undefined ? [] : [known[1]];
}

/** `BadUserNameOrPassword`, `NOT_AUTHORIZED` and `bad-client-id` as words, since each client writes the same names in its own style. */
export function apart(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
}
