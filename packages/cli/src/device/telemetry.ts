import { type HubDevice, HubError } from '@mote/client';
import { inFlags, printable } from '@mote/client/explain';
import type { Invocation } from '../command.ts';
import { stderr } from '../terminal/output.ts';
import { hubExitCodeOf } from './exit-code.ts';
import { type Line, linesOf, MOST_OF_A_LINE } from './lines.ts';

/** Most messages under way at once. While there is no connection the other lines wait in the pipe, not in memory. */
const MOST_UNDER_WAY = 100;

/** What became of the lines of standard input. */
export interface Sent {
  readonly messages: number;
  readonly failures: number;
  /** Exit code of the first failure; 0 without one. */
  readonly exitCode: number;
}

/** Sends each line, until the input or the device ends. A line that fails is named on stderr, and the next one is sent. */
export async function sendLines(
  device: Pick<HubDevice, 'send'>,
  input: AsyncIterable<Uint8Array | string>,
  properties: Readonly<Record<string, string>>,
  asGiven: Invocation['asGiven'],
): Promise<Sent> {
  const underWay = new Set<Promise<void>>();
  let messages = 0;
  let failures = 0;
  let exitCode = 0;
  let ended = false;
  const failed = (line: Line, error: unknown): void => {
    if (!(error instanceof HubError)) throw error;
    failures++;
    exitCode ||= hubExitCodeOf(error);
    ended ||= error.code === 'closed';
    stderr.line(`mote: line ${line.number} is not at the hub: ${asGiven(reasonOf(error))}`);
  };
  for await (const line of linesOf(input)) {
    const message = messageOf(line);
    if (message === undefined) continue;
    const one = device
      .send(message.body, { ...message.options, properties })
      .then(() => void messages++)
      .catch((error: unknown) => failed(line, error))
      .finally(() => underWay.delete(one));
    underWay.add(one);
    if (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
    if (ended) break;
  }
  await Promise.all(underWay);
  return { messages, failures, exitCode };
}

/**
 * The message for a line. The bytes are sent as they are; the content type says whether they are JSON or other text, and is left out
 * for bytes that are not UTF-8. A blank line is no message.
 */
function messageOf({ bytes }: Line) {
  // One byte more than the hub takes: the client refuses it as `too-large`, so the user reads the usual words.
  if (bytes === undefined) return { body: new Uint8Array(MOST_OF_A_LINE + 1), options: {} };
  const text = textOf(bytes);
  if (text === undefined) return { body: bytes, options: {} };
  if (text.trim() === '') return undefined;
  return {
    body: bytes,
    options: { contentType: isJson(text) ? 'application/json' : 'text/plain', contentEncoding: 'utf-8' },
  };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function reasonOf(error: HubError): string {
  const { code, limit, size } = error;
  if (code === 'too-large')
    return `too-large: ${size! > MOST_OF_A_LINE + 1 ? `${size} bytes` : 'the line'} with its properties is over ${limit} bytes`;
  const message = inFlags({ message: error.message }).message;
  return printable(message.startsWith(code) ? message : `${code}: ${message}`, 500);
}
