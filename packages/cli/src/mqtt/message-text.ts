import type { ReceivedMessage } from '@mote/client';
import { UsageError } from '../command.ts';

// How a message is printed: the forms of mosquitto_sub.

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

type Piece = (message: ReceivedMessage, at: Date) => Uint8Array | string;

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
  I: (_message, at) => at.toISOString(),
  U: (_message, at) => (at.getTime() / 1000).toFixed(3),
  j: (message, at) => JSON.stringify(jsonOf(message, at)),
};

/** Reads a format such as `%t: %p`. Throws UsageError. */
export function messageFormat(format: string): (message: ReceivedMessage, at: Date) => Uint8Array {
  const pieces: Piece[] = [];
  for (const [part] of format.matchAll(/%.?|\\.?|[^%\\]+/gsu)) {
    const [mark, letter = ''] = part;
    if (mark === '%') {
      const field = Object.hasOwn(FIELDS, letter) ? FIELDS[letter] : undefined;
      if (!field)
        throw new UsageError(
          `--format: ${part} is not known: one of ${Object.keys(FIELDS)
            .map((name) => `%${name}`)
            .join(' ')}`,
        );
      pieces.push(field);
    } else if (mark === '\\') {
      const text = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter]! : undefined;
      if (text === undefined)
        throw new UsageError(
          `--format: ${part} is not known: one of ${Object.keys(ESCAPES)
            .map((name) => `\\${name}`)
            .join(' ')}`,
        );
      pieces.push(() => text);
    } else pieces.push(() => part);
  }
  return (message, at) => Buffer.concat(pieces.map((piece) => Buffer.from(piece(message, at))));
}

/** One message for programs. A payload that is no text is in base64. */
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

function textOf(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return undefined;
  }
}
