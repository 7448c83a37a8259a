import { EXPLAINED, type Explained, explain } from './explain.ts';
import { codesOfNumbers } from './platform-numbers.ts';
import { alertCodes } from './tls-alert-names.ts';
import { codeOfWords } from './words/words.ts';

/** Everything in a text that can be explained, what says most first: a code, a line of a log, a JSON body, a stack. */
export function explainText(text: string): Explained[] {
  const whole = explain(text) ?? reasonCode(text.trim());
  if (whole !== undefined) return [whole];
  // JSON within JSON, as the hub's service side answers.
  text = text.replaceAll('\\"', '"');
  const found = new Map<string, Explained>();
  for (const look of LOOKS) {
    for (const code of look(text)) {
      const explained = explain(code);
      // 401 and `unauthorized` are one text: it is not told twice.
      const told = [...found.values()].some(({ explanation }) => explanation === explained?.explanation);
      if (explained !== undefined && !told && !found.has(explained.code)) found.set(explained.code, explained);
    }
  }
  return [...found.values()];
}

/** Candidates in a text: what is no code is dropped. */
type Look = (text: string) => string[];

/** What says most comes first. */
const LOOKS: readonly Look[] = [
  // Six digits of the service. An unknown one counts only where it is said to be a code: logs are full of numbers.
  (text) => all(text, /(?<![\w.:-])[45]\d{5}(?![\w.:-]*\d)/g).filter((code) => EXPLAINED.includes(code)),
  (text) => all(text, /(?:error_?code|code)["']?\s*[:=]?\s*["']?([45]\d{5}|0x[67]\w{4})\b|\(([45]\d{5})\)/gi),
  (text) => all(text, /\bMQTT[-_ \u2010-\u2015]\d(?:[._]\d+){2}[-_\u2010-\u2015]\d+/gi),
  // The status of an answer says more than the words behind it, which others use for something else.
  (text) => all(text, /\bHTTP\/[\d.]+ ([45]\d\d)\b/g),
  opensslReasons,
  alertCodes,
  // EAI_AGAIN, ERR_SSL_…, CERT_HAS_EXPIRED: names in capitals that somebody knows.
  (text) =>
    all(text, /\b[A-Z][A-Z\d]*(?:[_/][A-Z\d]+)*\b/g)
      .filter((name) => name.length > 3)
      // Windows puts its own letters in front.
      .flatMap((name) => [name, name.replace(/^WSA/, '')]),
  connackCodes,
  (text) =>
    all(text, /reason[ _]?code\D{0,3}(13[2-6]|0x8[4-8])\b/gi).flatMap((code) => REASON_CODES[Number(code)] ?? []),
  // Codes with a hyphen are no words of a language; those without count only where they stand as a code.
  (text) => all(text, /\b[a-z]+(?:-[a-z]+)+\b/g),
  (text) => all(text, /(?:^|\n|Error: |code["']?\s*[:=]\s*["'])([a-z]+)(?=["':]|\s*$)/g),
  codeOfWords,
  // Python names the reasons of OpenSSL without the front.
  (text) => all(text, /\b[A-Z\d]+(?:_[A-Z\d]+)+\b/g).map((name) => `ERR_SSL_${name}`),
  codesOfNumbers,
  (text) =>
    all(
      text,
      /(?:status(?:[_ ]?code)?["']?|HTTP(?:\/[\d.]+| error| code)?|answered|answer of|response|res\/)[\s:=/"']*([2-5]\d\d)\b/gi,
    ),
  (text) => all(text, /exit(?:ed)?(?: with)?(?: code| status)?[ :=]+(\d{1,3})\b/gi).map((code) => `exit-${code}`),
  (text) => all(text, /\b([45]\d\d) [A-Z][a-z]+/g),
  // A page in place of an answer: a network that wants a sign-in, if its status says nothing else.
  (text) => all(text, /<!doctype html|<html[ >]/gi).map(() => '302'),
];

/** `error:0A000418:SSL routines::tlsv1 alert unknown ca`, `tlsv1 alert unknown ca`. */
function opensslReasons(text: string): string[] {
  return [
    ...all(text, /(?:SSL routines:[^:]*:)([a-z\d ]{1,80})/gi),
    ...all(text, /\b((?:tlsv1|tlsv13|sslv3|ssl\/tls) (?:alert )?[a-z ]{1,80})/gi),
  ]
    .map((reason) => `ERR_SSL_${reason.trim().toUpperCase().replaceAll(/\s+/g, '_')}`)
    .flatMap(prefixes); // What is behind the reason in a line of prose is no part of it.
}

/** Of MQTT 5, and the return code of MQTT 3.1.1 that says the same. */
const REASON_CODES: Readonly<Record<number, string>> = {
  132: 'connack-1',
  133: 'connack-2',
  134: 'connack-4',
  135: 'connack-5',
  136: 'connack-3',
};

/** `0x87`, by itself. */
function reasonCode(text: string): Explained | undefined {
  return /^0x8[4-8]$/i.test(text) ? explain(REASON_CODES[Number(text)] ?? '') : undefined;
}

/** `A_B_C`, `A_B`, the longest first. */
function prefixes(name: string): string[] {
  const parts = name.split('_');
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('_')).filter((text) => text.length > 12);
}

/** `CONNACK return code 5`, `rc=5`, `Connection refused: 5`, `code: 5` of MQTT.js. */
function connackCodes(text: string): string[] {
  return all(
    text,
    /(?:connack|return[_ ]?code|reason[_ ]?code|\brc|MqttException \((?=[1-5]\))|connection[ _]refused|connect(?:ion)? (?:failed|rejected)[,:]?(?: with| error)?|\bcode)["']?(?:\s*(?:code|[:=#]|is|with))*\s*["']?(?:hex\()?(?:0x)?0?([0-5])\b(?![\d.])/gi,
  ).map((code) => `connack-${code}`);
}

/** What each match holds in its group, or is. */
function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match.slice(1).find((group) => group !== undefined) ?? match[0]);
}
