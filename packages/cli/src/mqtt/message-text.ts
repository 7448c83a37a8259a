import type { ReceivedMessage } from '@mote/client';
import { UsageError } from '../command.ts';
import { textOf } from '../terminal/text-of.ts';
import { dateText, isDateField } from './date-text.ts';

// How a message is printed. The format strings are those of mosquitto_sub.

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  e: '\x1b',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

type Facts = Pick<ReceivedMessage, 'topicName' | 'payload' | 'qos' | 'retain' | 'duplicate'>;
type Piece = (message: Facts, at: Date) => Uint8Array | string;

const FIELDS: Readonly<Record<string, Piece>> = {
  '%': () => '%',
  t: ({ topicName }) => topicName,
  p: ({ payload }) => payload,
  q: ({ qos }) => String(qos),
  r: ({ retain }) => String(Number(retain)),
  d: ({ duplicate }) => String(Number(duplicate)),
  l: ({ payload }) => String(payload.length),
  x: ({ payload }) => Buffer.from(payload).toString('hex'),
  X: ({ payload }) => Buffer.from(payload).toString('hex').toUpperCase(),
  b: ({ payload }) => Buffer.from(payload).toString('base64'),
  I: (_message, at) => dateText(at, '%Y-%m-%dT%H:%M:%S%z'),
  U: (_message, at) => `${(at.getTime() / 1000).toFixed(3)}000000`,
  j: (message, at) => JSON.stringify(likeMosquitto(message, at, (text) => text)),
  J: (message, at) => JSON.stringify(likeMosquitto(message, at, parsed)),
  // Fields of MQTT 5. A message of MQTT 3.1.1 has none of them, so they are empty.
  ...Object.fromEntries([...'ACDEFPRST'].map((letter) => [letter, () => ''])),
};

/** What is of a width in a format, as `%-20t` and `%08l`, and what a precision cuts, as `%.10p`: text by characters, payload by bytes. */
const TEXTS = 'tI';
const PAYLOADS = 'pxXb';

/** Reads a format such as `%t: %p`, and returns what writes a message in it, then `end`. Throws UsageError for what is not known. */
export function messageFormat(format: string, end = ''): (message: Facts, at: Date) => Uint8Array {
  const pieces: Piece[] = [];
  for (const [part] of format.matchAll(/%@[^\\]?|%-?\d{0,5}(?:\.\d{0,5})?.?|\\.?|[^%\\]+/gsu)) {
    const [mark, letter = ''] = part;
    if (/^(?:\\|%-?\d*(?:\.\d*)?)$/.test(part))
      throw new UsageError(`--format ends in ${part}: write ${mark}${mark} for the character itself`);
    if (part.startsWith('%@')) {
      const field = part.slice(2);
      if (!isDateField(field)) throw new UsageError(`--format: ${part} is not known: %@ takes a letter of strftime`);
      pieces.push((_message, at) => dateText(at, `%${field}`));
      continue;
    }
    if (mark === '%') pieces.push(fieldOf(part));
    else if (mark === '\\') {
      const text = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter]! : undefined;
      if (text === undefined) throw notKnown(part, '\\', ESCAPES);
      pieces.push(() => text);
    } else pieces.push(() => part);
  }
  pieces.push(() => end);
  return (message, at) => Buffer.concat(pieces.map((piece) => Buffer.from(piece(message, at))));
}

/** A field with its width and precision: `%t`, `%-20t`, `%.10p`, `%08l`. */
function fieldOf(part: string): Piece {
  const [, left = '', zero = '', digits = '', precision, letter = ''] = /^%(-?)(0?)(\d*)(?:\.(\d*))?(.?)$/su.exec(
    part,
  )!;
  const field = Object.hasOwn(FIELDS, letter) ? FIELDS[letter] : undefined;
  if (field === undefined) throw notKnown(`%${letter}`, '%', FIELDS);
  const isText = TEXTS.includes(letter);
  const isPayload = PAYLOADS.includes(letter);
  if (!isText && !isPayload && letter !== 'l') return field;
  const most = precision === undefined ? undefined : Number(precision);
  return (message, at) => {
    const { topicName, payload, qos, retain, duplicate } = message;
    const facts = { topicName, payload: isPayload ? payload.subarray(0, most) : payload, qos, retain, duplicate };
    const value = field(facts, at);
    const shown = isText ? [...String(value)].slice(0, most).join('') : value;
    const width = typeof shown === 'string' ? [...shown].length : shown.length;
    const blank = Buffer.alloc(Math.max(0, Number(digits) - width), zero && !left && !isText ? '0' : ' ');
    return left ? Buffer.concat([Buffer.from(shown), blank]) : Buffer.concat([blank, Buffer.from(shown)]);
  };
}

function notKnown(part: string, mark: string, known: object): UsageError {
  const names = Object.keys(known).map((name) => mark + name);
  return new UsageError(`--format: ${part} is not known: one of ${names.join(' ')}`);
}

/** The members of JSON that mosquitto_sub prints. A payload that is not UTF-8 is in base64, as `payloadBase64`. */
function likeMosquitto({ topicName, payload, qos, retain }: Facts, at: Date, read: (text: string) => unknown) {
  const text = textOf(payload);
  return {
    tst: dateText(at, '%Y-%m-%dT%H:%M:%S.%fZ%z'),
    topic: topicName,
    qos,
    retain: Number(retain),
    payloadlen: payload.length,
    ...(text === undefined ? { payloadBase64: Buffer.from(payload).toString('base64') } : { payload: read(text) }),
  };
}

/** The value of a text that is JSON; any other text as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A message as --json prints it. A payload that is not UTF-8 is in base64. */
export function jsonOf({ topicName, payload, qos, retain, duplicate }: ReceivedMessage, at: Date): object {
  const text = textOf(payload);
  return {
    time: at.toISOString(),
    topic: topicName,
    qos,
    retain,
    duplicate,
    ...(text === undefined ? { payloadBase64: Buffer.from(payload).toString('base64') } : { payload: text }),
  };
}
