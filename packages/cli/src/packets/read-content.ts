import { linkOf } from './captures/link-layer.ts';
import { readCapture, readFrames } from './captures/read-capture.ts';
import { unwrapped } from './captures/websocket.ts';
import { withoutTerminalEscapes } from './clean-text.ts';
import { foreignName } from './foreign.ts';
import { InputError } from './input-error.ts';
import { inspect } from './inspected-packet.ts';
import { versionNotes } from './protocol-version.ts';
import { type More, readText } from './read-text.ts';
import { joined, MOST_BYTES, MOST_TEXT, plainReading, type Reading, refuseTooMany } from './reading.ts';

/**
 * Reads the content of a file: a capture, a text that stands for bytes (UTF-8 or UTF-16), or the bytes themselves. Throws InputError, also
 * if it is known to be something other than MQTT.
 */
export function readContent(content: Uint8Array, more?: More): Reading {
  if (content.length === 0) throw new InputError('there are no bytes in it');
  const capture = readCapture(content);
  if (capture !== undefined) return judged(sized(capture));
  const text = content.length > MOST_TEXT ? undefined : textOf(content);
  return judged(named(text === undefined ? plainReading('a binary file', content) : readText(text, more)));
}

/** Reads a text that stands for bytes. Throws InputError, also if it is known to be something other than MQTT. */
export function readWords(text: string, more?: More): Reading {
  return judged(named(readText(text, more)));
}

/** Adds a note if packets are of another version of MQTT: they are judged by the rules of 3.1.1. */
function judged(reading: Reading): Reading {
  const notes = versionNotes(reading.pieces);
  return notes.length === 0 ? reading : { ...reading, notes: [...reading.notes, ...notes] };
}

/** Looks at bytes that are no valid MQTT: they may be a capture, network frames or WebSocket frames, whose content is then read. */
function named(reading: Reading): Reading {
  const { pieces, notes, lines = pieces } = sized(reading);
  const [first] = pieces;
  if (first === undefined || isMqtt(first.bytes)) return reading;
  // A hex dump may be that of a capture file.
  const capture = readCapture(joined(lines.map(({ bytes }) => bytes)));
  if (capture !== undefined) return { ...sized(capture), format: `${reading.format} of a ${capture.format} file` };
  if (lines.every(({ bytes }) => linkOf(bytes) !== undefined)) {
    const frames = lines.map(({ bytes, time }) => ({ bytes, time, link: linkOf(bytes) ?? -1, missing: 0 }));
    const { format, ...read } = readFrames({ format: 'network frames', frames, notes });
    return { ...read, format: `${reading.format} of ${format}` };
  }
  const payload = webSocketPayload(first.bytes);
  if (pieces.length === 1 && payload !== undefined) {
    return {
      ...reading,
      pieces: [{ ...first, bytes: payload }],
      notes: [...notes, 'these are WebSocket frames: what they carry is shown'],
    };
  }
  const name = foreignName(first.bytes);
  if (name === undefined) return reading;
  throw new InputError(`this is ${name}, not MQTT`);
}

/**
 * The payload of WebSocket frames. Undefined unless frames fill the bytes and carry whole packets: without the upgrade request nothing
 * else shows that these are frames.
 */
function webSocketPayload(bytes: Uint8Array): Uint8Array | undefined {
  if (((bytes[0] ?? 0) & 0x7f) !== 2 || bytes.length > MOST_BYTES) return undefined;
  const { chunks, problem } = unwrapped(bytes, () => ({ bytes, time: undefined, frame: 0 }));
  const payload = joined(chunks.map((chunk) => chunk.bytes));
  return problem === undefined && isMqtt(payload) && payload.length > 0 ? payload : undefined;
}

function sized(reading: Reading): Reading {
  const size = reading.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size === 0) throw new InputError('there are no bytes in it');
  refuseTooMany(size);
  return reading;
}

function isMqtt(bytes: Uint8Array): boolean {
  return inspect([{ bytes }]).every(({ verdict }) => verdict === 'valid');
}

/**
 * The content as text, if it is text. Undefined for bytes: a packet has a control character or invalid UTF-8 in it, or it is text by
 * chance. No packet is UTF-16: its second byte would be 0, a Remaining Length that no packet with such a first byte has.
 */
function textOf(content: Uint8Array): string | undefined {
  const [first, second, third, fourth] = content;
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0) return undefined;
  if (first === 0xff && second === 0xfe) return utf16(content.subarray(2), 1);
  if (first === 0xfe && second === 0xff) return utf16(content.subarray(2), 0);
  if (first !== 0 && second === 0 && third !== 0 && isSpread(content, 1)) return utf16(content, 1);
  if (first === 0 && second !== 0 && isSpread(content, 0)) return utf16(content, 0);
  try {
    const text = withoutTerminalEscapes(new TextDecoder('utf-8', { fatal: true }).decode(content));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Whether every second byte is 0 and the others are ASCII text: UTF-16 without a byte order mark. */
function isSpread(content: Uint8Array, zero: 0 | 1): boolean {
  if (content.length % 2 === 1 || content.length < 4) return false;
  return content.every((byte, index) => (index % 2 === zero ? byte === 0 : byte >= 9 && byte < 127));
}

function utf16(content: Uint8Array, high: 0 | 1): string {
  let text = '';
  for (let at = 0; at + 1 < content.length; at += 2) {
    text += String.fromCharCode(((content[at + high] ?? 0) << 8) | (content[at + 1 - high] ?? 0));
  }
  return text;
}
