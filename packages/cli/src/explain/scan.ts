import { EXPLAINED, type Explained, explain } from './explain.ts';
import { codesOfNumbers } from './platform-numbers.ts';
import { alertCodes } from './tls-alert-names.ts';
import { codeOfWords } from './words/words.ts';

/** Finds everything in a text that can be explained: a code, a line of a log, JSON, a stack. What tells the most is first. */
export function explainText(text: string): Explained[] {
  const whole = explain(text) ?? reasonCode(text.trim());
  if (whole !== undefined) return [whole];
  // The service API of the hub answers with JSON in a string of JSON.
  text = text.replaceAll('\\"', '"');
  const found = new Map<string, Explained>();
  for (const look of LOOKS) {
    for (const code of look(text)) {
      const explained = explain(code);
      // 401 and `unauthorized` have the same explanation, which is printed once.
      const told = [...found.values()].some(({ explanation }) => explanation === explained?.explanation);
      if (explained !== undefined && !told && !found.has(explained.code)) found.set(explained.code, explained);
    }
  }
  return [...found.values()];
}

/** Returns candidates in a text. `explainText` drops those that are no code. */
type Look = (text: string) => string[];

/** In the order of how much they tell: what is found first is printed as the answer. */
const LOOKS: readonly Look[] = [
  // Six-digit codes of the service. Logs are full of numbers, so an unknown one counts only after the word "code" or in parentheses.
  (text) => all(text, /(?<![\w.:-])[45]\d{5}(?![\w.:-]*\d)/g).filter((code) => EXPLAINED.includes(code)),
  (text) => all(text, /(?:error_?code|code)["']?\s*[:=]?\s*["']?([45]\d{5}|0x[67]\w{4})\b|\(([45]\d{5})\)/gi),
  (text) => all(text, /\bMQTT[-_ \u2010-\u2015]\d(?:[._]\d+){2}[-_\u2010-\u2015]\d+/gi),
  // The status of an HTTP answer tells more than the words after it, which other programs use for something else.
  (text) => all(text, /\bHTTP\/[\d.]+ ([45]\d\d)\b/g),
  opensslReasons,
  alertCodes,
  // Names in capitals: EAI_AGAIN, ERR_SSL_…, CERT_HAS_EXPIRED.
  (text) =>
    all(text, /\b[A-Z][A-Z\d]*(?:[_/][A-Z\d]+)*\b/g)
      .filter((name) => name.length > 3)
      // Windows writes WSA in front: WSAECONNRESET.
      .flatMap((name) => [name, name.replace(/^WSA/, '')]),
  connackCodes,
  (text) =>
    all(text, /reason[ _]?code\D{0,3}(13[2-6]|0x8[4-8])\b/gi).flatMap((code) => REASON_CODES[Number(code)] ?? []),
  // A name with a hyphen is a code. One without may be any word of a sentence, so it counts only where a code stands.
  (text) => all(text, /\b[a-z]+(?:-[a-z]+)+\b/g),
  (text) => all(text, /(?:^|\n|Error: |code["']?\s*[:=]\s*["'])([a-z]+)(?=["':]|\s*$)/g),
  codeOfWords,
  // Python prints the reasons of OpenSSL without ERR_SSL_.
  (text) => all(text, /\b[A-Z\d]+(?:_[A-Z\d]+)+\b/g).map((name) => `ERR_SSL_${name}`),
  codesOfNumbers,
  (text) =>
    all(
      text,
      /(?:status(?:[_ ]?code)?["']?|HTTP(?:\/[\d.]+| error| code)?|answered|answer of|response|returned error|res\/)[\s:=/"']*([2-5]\d\d)\b/gi,
    ),
  (text) => all(text, /exit(?:ed)?(?: with)?(?: code| status)?[ :=]+(\d{1,3})\b/gi).map((code) => `exit-${code}`),
  (text) => all(text, /\b([45]\d\d) [A-Z][a-z]+/g),
  // An HTML page in place of an answer: probably a network with a sign-in page. It is last, since any status tells more.
  (text) => all(text, /<!doctype html|<html[ >]/gi).map(() => '302'),
];

/** Reasons of OpenSSL, as in `error:0A000418:SSL routines::tlsv1 alert unknown ca` or `tlsv1 alert unknown ca`. */
function opensslReasons(text: string): string[] {
  return [
    ...all(text, /(?:SSL routines:[^:]*:)([a-z\d ]{1,80})/gi),
    ...all(text, /\b((?:tlsv1|tlsv13|sslv3|ssl\/tls) (?:alert )?[a-z ]{1,80})/gi),
  ]
    .map((reason) => `ERR_SSL_${reason.trim().toUpperCase().replaceAll(/\s+/g, '_')}`)
    .flatMap(prefixes); // Words of the sentence may follow the reason, so all beginnings are tried.
}

/** Reason codes of MQTT 5, with the return code of MQTT 3.1.1 that means the same. */
const REASON_CODES: Readonly<Record<number, string>> = {
  132: 'connack-1',
  133: 'connack-2',
  134: 'connack-4',
  135: 'connack-5',
  136: 'connack-3',
};

/** Explains a text that is only `0x84` to `0x88`. */
function reasonCode(text: string): Explained | undefined {
  return /^0x8[4-8]$/i.test(text) ? explain(REASON_CODES[Number(text)] ?? '') : undefined;
}

/** Beginnings of a name at its underscores, the longest first: `A_B_C`, `A_B`. */
function prefixes(name: string): string[] {
  const parts = name.split('_');
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('_')).filter((text) => text.length > 12);
}

/** Return codes of CONNACK, as in `CONNACK return code 5`, `rc=5`, `Connection refused: 5`, and `code: 5` of MQTT.js. */
function connackCodes(text: string): string[] {
  return all(
    text,
    /(?:connack|return[_ ]?code|reason[_ ]?code|\brc|MqttException \((?=[1-5]\))|connection[ _]refused|connect(?:ion)? (?:failed|rejected)[,:]?(?: with| error)?|connected with(?: result)?|failed to connect,|\bcode)["']?(?:\s*(?:code|[:=#]|is|with))*\s*["']?(?:hex\()?(?:0x)?0?([0-5])\b(?![\d.])/gi,
  ).map((code) => `connack-${code}`);
}

/** For each match its first group that has a value, or the whole match. */
function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match.slice(1).find((group) => group !== undefined) ?? match[0]);
}
