import { isWhole } from '../framing.ts';
import { bytesOfHex } from '../hex.ts';
import type { Piece } from '../reading.ts';
import type { Candidate } from './candidate.ts';
import { charactersMatch } from './dump-characters.ts';

/** Bytes with separators between them. */
const SPACED = /(?<![0-9a-z])(?:0x[0-9a-f]{1,2}|[0-9a-f]{2})(?:[ ,:-]+(?:0x[0-9a-f]{1,2}|[0-9a-f]{2})(?![0-9a-z]))+/gi;
const SINGLE = /(?<![0-9a-z])(?:0x)?[0-9a-f]{2}(?![0-9a-z])/gi;
/** Bytes without separators. */
const IN_ONE = /(?<![0-9a-z])(?:0x)?(?:[0-9a-f]{2}){2,}(?![0-9a-z])/gi;
/** What may follow the bytes: quotes, brackets, or the same bytes as characters after a bar. */
const TAIL = /^(?:\s?(?:\.\.\.|…))?[\])>}"'\s,;]*(?:(?:\(\d+ bytes?\)|\[\d+\]|\.)\s*)?(?:\|.*)?$/i;
/** What may follow them if they begin the line: blanks, and then the characters. */
const ROW_TAIL = /^\s{3,}\S.*$/;
/** What must precede the bytes, unless they are whole packets. */
const LABEL =
  /(?:[:=>\])|"'<]|\b(?:raw|hex|data|bytes|payload|packet|[rt]x|out|in|sent|send|sending|recv|received|write|read|wrote))\s*$/i;
/** Most bytes in a row. No tool writes more. */
const MOST_IN_ROW = 64;
/** Most blanks before the characters: a last row that is short has many. */
const MOST_BETWEEN = 4 * MOST_IN_ROW;
const STAMP = /^[\s[(]*(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?Z?[\])]*\s+/;
const TO_SERVICE = /\b(?:tx|send|sent|sending|out|outgoing|write|c>s|c2s|publish(?:ing)?)\b|-->?|>>|→|=>/i;
const TO_DEVICE = /\b(?:rx|recv|receive|received|receiving|in|incoming|read|s>c|s2c)\b|<--?|<<|←|<=/i;
const TIME =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b|^\s*\[?\s*\d+\.\d+\]?|\((\d+)\)/;

/** Reads lines of a log that end in bytes: `I (4021) mqtt: 20 02 00 05`. Lines without bytes are skipped; a note counts them. */
export function logCandidates(text: string): Candidate[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const prefixes = new Set<string>();
  const logged = lines.map((line) => loggedLine(line, prefixes));
  const found = logged.filter((line) => line !== undefined);
  if (found.length === 0) return [];
  const without = lines.length - found.length;
  const notes = without === 0 ? [] : [`${without} ${without === 1 ? 'line' : 'lines'} without bytes left out`];
  if (/[0-9a-f]\s?(?:\.\.\.|…)[\])>}"']*(?: \(\d+ bytes?\))?$/im.test(text)) notes.push('the log cut the bytes');
  return [{ format: 'lines of a log', pieces: found, continuous: true, notes }];
}

/** Reads one line. `prefixes` are those of earlier lines: after one of them a single byte is the rest of a longer packet. */
function loggedLine(line: string, prefixes: Set<string>): Piece | undefined {
  const stamp = STAMP.exec(line)?.[0] ?? '';
  const text = line.slice(stamp.length);
  const row = rowWithoutOffset(text);
  if (row !== undefined) return { bytes: row };
  const single = lastRun(text, SINGLE);
  const continued = single !== undefined && prefixes.has(text.slice(0, single.index)) ? single : undefined;
  const run = lastRun(text, SPACED) ?? lastRun(text, IN_ONE) ?? continued;
  if (run === undefined) return undefined;
  const before = text.slice(0, run.index);
  const bytes = bytesOfHex(run.written.replace(/0x([0-9a-f])(?![0-9a-f])/gi, '0$1').replace(/0x|[ ,:-]/gi, ''));
  // Otherwise a number at the end of a sentence would be a packet.
  if (before.trim() !== '' && !LABEL.test(before) && !isWhole(bytes)) return undefined;
  prefixes.add(before);
  const sent = TO_SERVICE.test(before);
  const received = TO_DEVICE.test(before);
  const from = sent === received ? undefined : sent ? 'device' : 'service';
  const time = TIME.exec(line.slice(0, stamp.length + run.index))?.[0]?.trim();
  return { bytes, ...(from === undefined ? {} : { from }), ...(time === undefined ? {} : { time }) };
}

/** The bytes of a row without an offset, with their characters after them, as Zephyr and socat write it. */
function rowWithoutOffset(text: string): Uint8Array | undefined {
  const cells: number[] = [];
  const ends: number[] = [];
  for (const { 0: cell, index } of text.matchAll(/\S+/g)) {
    if (!/^[0-9a-f]{2}$/i.test(cell) || cells.length === MOST_IN_ROW) break;
    cells.push(Number.parseInt(cell, 16));
    ends.push(index + 2);
  }
  for (let count = cells.length; count > 0; count--) {
    const bytes = cells.slice(0, count);
    // There are at most as many characters as bytes, a gap before them, bars, and a blank in the middle: a longer rest cannot match.
    if (text.length - (ends[count - 1] ?? 0) > count + MOST_BETWEEN) break;
    if (charactersMatch(text.slice(ends[count - 1]), bytes)) return Uint8Array.from(bytes);
  }
  return undefined;
}

function lastRun(text: string, form: RegExp): { index: number; written: string } | undefined {
  const runs = Array.from(text.matchAll(form), ({ 0: written, index }) => ({ written, index })).slice(-3);
  return runs.reverse().find(({ written, index }) => {
    const tail = text.slice(index + written.length);
    return TAIL.test(tail) || (text.slice(0, index).trim() === '' && ROW_TAIL.test(tail));
  });
}
