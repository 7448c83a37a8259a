import { bytesOfBase64 } from '../base64.ts';
import { bytesOfHex } from '../hex.ts';
import { joined } from '../reading.ts';
import { type Candidate, single } from './candidate.ts';
import { tokenReadings } from './number-tokens.ts';
import { type Dialect, literalBytes } from './string-escapes.ts';

const LITERAL = /([bBuUrRfLc]{0,2})(["'`])((?:\\[\s\S]|(?!\2)[^\\])*)\2(\.\.\.|…)?/g;
const ENCODINGS = /^(?:hex|base64(?:url)?|binary|latin1|utf-?8|B|uint8|ascii|[HhCca]\*)$/i;

/** Reads string literals: `b'\x20\x02'`, `Buffer.from('20020005', 'hex')`. Several, as in `"\040\002" "\000\005"`, are one string. */
export function literalCandidates(text: string): Candidate[] {
  return [...byteaCandidates(text), ...quotedCandidates(text)];
}

/** The bytes of PostgreSQL: one `\x`, and all digits after it. */
const BYTEA = /\\{1,2}x((?:[0-9a-f]{2}){2,})(?![0-9a-z\\])/gi;

/** Reads bytea of PostgreSQL, alone, in a literal, in a table of psql, or in rows of COPY. */
function byteaCandidates(text: string): Candidate[] {
  const pieces = Array.from(text.matchAll(BYTEA), ([, hex = '']) => ({ bytes: bytesOfHex(hex) }));
  if (pieces.length === 0) return [];
  // With other escapes around it is rather one of the strings of C, where only two digits belong to a `\x`.
  const doubtful = text
    .replace(BYTEA, '')
    .replace(/^\\\.$/m, '')
    .includes('\\');
  return [{ format: 'hex behind \\x', pieces, continuous: true, notes: [], doubtful }];
}

function quotedCandidates(text: string): Candidate[] {
  const literals = Array.from(text.matchAll(LITERAL), ([, prefix = '', , content = '', cut]) => ({
    prefix,
    content,
    cut,
  }));
  if (literals.length === 0) return escapedWithoutQuotes(text.trim());
  const contents = literals
    .flatMap(({ content }) => innerLiterals(content))
    .filter((content) => !ENCODINGS.test(content));
  const cut = literals.some((literal) => literal.cut !== undefined) ? ['the log cut the string'] : [];
  const escaped = contents.some((content) => /\\[^\r\n]/.test(content));
  const binary = literals.some(({ prefix }) => /b/i.test(prefix));
  const found: Candidate[] = [];
  if (!escaped || !contents.every((content) => /\\(?!\\x)/.test(content))) found.push(...quotedDigits(contents));
  if (!escaped && !binary) return found;
  // A string of digits only is meant as hex or base64, unless its characters are whole packets.
  const doubtful = !escaped && found.length > 0;
  found.push(...escapedCandidates(contents, cut).map((way) => ({ ...way, doubtful })));
  // In `2!\000\007"b"` the quotes are characters of the packet.
  if (/\\(?:x|[0-7]{3})/.test(text.replace(LITERAL, '')))
    found.push(...escapedWithoutQuotes(text.trim()).map((way) => ({ ...way, doubtful: true })));
  // In `"set" "key" "\x20\x02"` only the literal with escapes may be the bytes: taken if they are whole packets.
  const withEscapes = contents.filter((content) => content.includes('\\'));
  if (withEscapes.length === 0 || withEscapes.length === contents.length) return found;
  return [...found, ...escapedCandidates(withEscapes, cut).map((way) => ({ ...way, doubtful: true }))];
}

/** The literals within a literal that is a program: `perl -e 'print "\x20"'`. */
function innerLiterals(content: string): string[] {
  const inner = Array.from(content.matchAll(LITERAL), ({ 3: text = '' }) => text).filter((text) =>
    /\\[x0-7u]/.test(text),
  );
  return inner.length === 0 || content.replace(LITERAL, '').includes('\\') ? [content] : inner;
}

const DIALECTS: readonly (Dialect & { readonly format: string })[] = [
  { numbers: 'octal', characters: 'byte', format: 'an escaped string' },
  { numbers: 'octal', characters: 'utf-8', format: 'an escaped string with characters in UTF-8' },
  { numbers: 'decimal', characters: 'byte', format: 'an escaped string with decimal numbers, as Lua writes it' },
];

function escapedCandidates(contents: readonly string[], notes: readonly string[]): Candidate[] {
  return DIALECTS.flatMap(({ format, ...dialect }): Candidate[] => {
    const runs = contents.map((content) => literalBytes(content, dialect));
    if (runs.some((run) => run === undefined)) return [];
    return [{ format, pieces: [{ bytes: joined(runs.filter((run) => run !== undefined)) }], notes }];
  });
}

function quotedDigits(contents: readonly string[]): Candidate[] {
  if (contents.length > 1 && contents.every((content) => /^(?:0x)?[0-9a-f]{1,2}$/i.test(content))) {
    return tokenReadings(contents, true).map(({ bytes, radix }) =>
      single(`a list of ${radix} numbers in quotes`, bytes),
    );
  }
  const text = contents
    .join('')
    .replace(/^\\\\x/, '')
    .replace(/[\s:]+/g, '');
  if (/^(?:[0-9a-f]{2}){2,}$/i.test(text)) return [single('hex in quotes', bytesOfHex(text))];
  const bytes = text.length > 2 && /[A-Z0-9]/.test(text) ? bytesOfBase64(text) : undefined;
  return bytes === undefined ? [] : [single('base64 in quotes', bytes)];
}

/** Reads escapes without quotes: `\x20\x02MQTT` of a log, `%20%02` of a URL. */
function escapedWithoutQuotes(text: string): Candidate[] {
  const found: Candidate[] = [];
  if (/%[0-9a-f]{2}/i.test(text) && /^(?:%[0-9a-f]{2}|[\w.~+!*'(),;:@&=/?-])+$/i.test(text)) {
    const bytes = literalBytes(text.replace(/%([0-9a-f]{2})/gi, '\\x$1'), DIALECTS[0] as Dialect);
    if (bytes !== undefined) found.push(single('percent escapes', bytes));
  }
  // `sed -n l` writes a `$` at the end.
  if (/\\(?:x\{?[0-9a-f]{2}|[0-7]{3})/i.test(text)) found.push(...escapedCandidates([text.replace(/\$$/, '')], []));
  // Only the escapes may be the bytes, behind a label.
  const runs = text.match(/(?:\\x[0-9a-f]{2}){2,}/gi)?.map((run) => ({ bytes: bytesOfHex(run.replace(/\\x/gi, '')) }));
  if (runs !== undefined) found.push({ format: 'escapes', pieces: runs, continuous: true, notes: [], doubtful: true });
  return found;
}
