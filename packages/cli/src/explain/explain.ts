import { CODEC_ERRORS } from '../packets/codec-errors.ts';
import { STATEMENTS } from '../packets/statements.ts';
import { CERTIFICATE_CODES } from './certificate-codes.ts';
import { CONNACK_CODES } from './connack-codes.ts';
import { COMMAND_CODES, EXITS } from './exit-codes.ts';
import { type Explanation, explanation } from './explanation.ts';
import { HANDSHAKE_CODES } from './handshake-codes.ts';
import { HUB_CODES } from './hub-codes.ts';
import { HUB_ERRORS } from './hub-errors.ts';
import { KEY_FILE_CODES } from './key-file-codes.ts';
import { BEHAVIOUR } from './mqtt-behaviour.ts';
import { MQTT_ERRORS } from './mqtt-errors.ts';
import { PROVISIONING_ERRORS } from './provisioning-errors.ts';
import { SERVICE_CODES, STATUS_CODES } from './service-codes.ts';
import { SOCKET_CODES } from './socket-codes.ts';
import { SYSTEM_CODES } from './system-codes.ts';
import { TLS_ALERTS } from './tls-alerts.ts';

const ALL: ReadonlyMap<string, Explanation> = new Map(
  [
    PROVISIONING_ERRORS,
    MQTT_ERRORS,
    HUB_ERRORS,
    COMMAND_CODES,
    CODEC_ERRORS,
    CONNACK_CODES,
    SERVICE_CODES,
    HUB_CODES,
    STATUS_CODES,
    SOCKET_CODES,
    SYSTEM_CODES,
    CERTIFICATE_CODES,
    HANDSHAKE_CODES,
    TLS_ALERTS,
    KEY_FILE_CODES,
    EXITS,
  ].flatMap((table) => Object.entries(table)),
);

/** Every code that can be explained, except the statements of MQTT. Shells and `did you mean` offer them. */
export const EXPLAINED: readonly string[] = [...ALL.keys()];

const BY_PLAIN_NAME: ReadonlyMap<string, string> = new Map(EXPLAINED.map((code) => [plain(code), code]));

/** A code in its usual spelling, with its explanation. */
export interface Explained {
  readonly code: string;
  readonly explanation: Explanation;
}

/**
 * Explains a text that is one code; undefined if it is none that is known. Spellings: letter case, `-`, `_` and blanks make no
 * difference; `401 002`, `401-002` and `0x61e6a` are 401002; `CONNACK 5`, `0x05` and `5` are `connack-5`; `exit 12` and `12` are
 * `exit-12`. Of an unknown six-digit code the status is explained.
 */
export function explain(text: string): Explained | undefined {
  const wanted = written(text.trim());
  const code = BY_PLAIN_NAME.get(plain(wanted));
  if (code !== undefined) return { code, explanation: ALL.get(code)! };
  return statement(wanted) ?? unknownServiceCode(wanted);
}

function written(text: string): string {
  const connack = /^(?:0x0?)?([0-5])$/i.exec(text)?.[1];
  if (connack !== undefined) return `connack-${connack}`;
  if (/^(?:[1-4]\d|130)$/.test(text)) return `exit-${text}`;
  const parted = /^([45]\d\d)[ ,.'_-](\d{3})$/.exec(text);
  if (parted !== null) return `${parted[1]}${parted[2]}`;
  if (/^0x[\da-f]{5}$/i.test(text)) return String(Number(text));
  // Names of alerts: OpenSSL 3.0 (Node 20) says SSLV3, later versions say SSL/TLS.
  return text.replace(/^ERR_SSL_SSL\/TLS_/i, 'ERR_SSL_SSLV3_');
}

function plain(code: string): string {
  return code.toLowerCase().replace(/[-_\s]+/g, '-');
}

/** Explains a statement of MQTT. `[MQTT-3.1.0-1]`, `mqtt 3.1.0-1`, `MQTT_3_1_0_1` and `3.1.0-1` are the same. */
function statement(text: string): Explained | undefined {
  const [, numbers] =
    /^\[?(?:MQTT[-_ \u2010-\u2015]?|(?=[\d.]+-))(\d(?:[._]\d+){2}[-_.\u2010-\u2015]\d+)\]?$/i.exec(text) ?? [];
  if (numbers === undefined) return undefined;
  const [chapter, section, part, number] = numbers.split(/[^\d]/);
  const code = `MQTT-${chapter}.${section}.${part}-${number}`;
  const rule = Object.hasOwn(STATEMENTS, code)
    ? STATEMENTS[code]
    : Object.hasOwn(BEHAVIOUR, code)
      ? BEHAVIOUR[code]
      : undefined;
  if (rule === undefined) return undefined;
  return {
    code,
    explanation: explanation(
      rule,
      [],
      `Section ${code.slice(5, code.lastIndexOf('-'))} of MQTT 3.1.1 has the statement in its own words.`,
      'Whoever sent what breaks it is at fault; `mote inspect` marks the byte.',
    ),
  };
}

/** Explains the first three digits of an unknown code: they are the HTTP status. The service does not publish the list of its codes. */
function unknownServiceCode(code: string): Explained | undefined {
  if (!/^[45]\d{5}$/.test(code)) return undefined;
  const status = code.slice(0, 3);
  const known = BY_PLAIN_NAME.get(status);
  const meaning = known === undefined ? 'Nothing is known of that either.' : ALL.get(known)!.what;
  return {
    code,
    explanation: explanation(
      `Nothing is known of the code ${code} itself: the service does not publish its list. Its status is ${status}. ${meaning}`,
      [],
      'The message and tracking id in the answer of the service.',
      known === undefined ? 'Give support the tracking id.' : ALL.get(known)!.fix,
    ),
  };
}
