import type { FileContent } from '../attestation.ts';
import { isRawKey } from '../shared-key.ts';
import { textOf } from './blocks.ts';
import { bytesOf, isFileContent } from './file-content.ts';
import { inWords, kindsOf } from './kind.ts';
import { MaterialError, ofAnotherKind } from './material-error.ts';

/** Reads a shared key and returns it as base64, and whether it was raw bytes. Throws MaterialError. */
export function readSharedKey(input: FileContent): { readonly key: string; readonly raw: boolean } {
  if (!isFileContent(input)) throw ofAnotherKind('shared key', input, '');
  const kinds = kindsOf(input);
  const [found] = kinds;
  const given = textOf(input);
  // Web pages and chats add characters that nobody sees.
  const text = given.replace(/[\s\p{Cf}]/gu, '');
  const fails = (message: string) => new MaterialError('shared key', message);
  if (found!.kind === 'empty') throw fails('is empty');
  if (/ in hex$/.test(found!.words) && (text.length % 4 !== 0 || !/[A-Z].*[a-z]|[a-z].*[A-Z]/.test(text)))
    throw fails(`holds ${found!.words}; the key of an enrollment is base64`);
  if (found!.kind !== 'shared key' && found!.words !== 'text' && !/^\d+ bytes/.test(found!.words)) {
    const part = PARTS[found!.words];
    throw fails(`holds ${inWords(kinds)}, not a key in base64${part === undefined ? '' : `: give ${part}`}`);
  }
  if (typeof input !== 'string' && isRawKey(bytesOf(input)))
    return { key: bytesOf(input).toString('base64'), raw: true };
  if (typeof input !== 'string' && /no text$/.test(found!.words))
    throw fails(`holds ${found!.words}; a key in raw bytes has 32 or 64`);
  if (!/^(?=(.{4})*$)[a-z\d+/]*={0,2}$/i.test(text)) throw fails(whyNotBase64(given, text));
  const key = Buffer.from(text, 'base64');
  // `kubectl get secret` prints base64 of a value that may be base64 itself.
  if (/^[\w+/]{20,}={1,2}\s*$/.test(key.toString('latin1'))) throw fails('is base64 of base64: decode it once');
  if (key.length < 16 || key.length > 64) throw fails(`has ${key.length} bytes; the service takes 16 to 64`);
  // So many blanks that the text without them is base64 again.
  if (hasBlanks(given)) throw fails(BLANKS);
  return { key: key.toString('base64'), raw: false };
}

/** What to give instead, by the words of the kind that was found. */
const PARTS: Readonly<Record<string, string>> = {
  'a connection string': 'what stands behind SharedAccessKey=',
  'a name with a value behind it': 'the value alone',
  'the name of a file': 'what it holds',
};

const BLANKS = 'has blanks in it: were they + signs?';
/** Whether a text has blanks, and would be a key of 32 or 64 bytes with a + for each of them. */
function hasBlanks(given: string): boolean {
  const signed = given.replace(/[\r\n]/g, '').replace(/ /g, '+');
  return (
    / /.test(given) && /^(?=(.{4})*$)[a-z\d+/]+={0,2}$/i.test(signed) && Buffer.from(signed, 'base64').length % 32 === 0
  );
}

/** Why a text is no base64, with a likely mistake if one can be seen. Its length is told, never the text itself. */
function whyNotBase64(given: string, text: string): string {
  const { length } = text;
  const bytes = Buffer.from(text, 'base64').length;
  if (/["'`\u2018-\u201f\xab\xbb]/.test(text)) return `has quotes in it (${length} characters)`;
  if (/^<.*>$/.test(text)) return `stands between < and > (${length} characters)`;
  if (/%(2[bf]|3d)/i.test(text)) return 'is percent-encoded: write %2B as +, %2F as / and %3D as =';
  if (/\\u00|&#|\\\//.test(text)) return 'has escapes of JSON or HTML in it: write them as + / and =';
  if (/^[\w-]+={0,2}$/.test(text) && /[-_]/.test(text) && bytes >= 16 && bytes <= 64)
    return 'holds base64 of URLs, with - and _; the key of an enrollment has + and /';
  if (/^(?:[a-z\d+/]{20,}={1,2}[\s,;]*){2,}$/i.test(given)) return 'holds more than one key: give one';
  if (hasBlanks(given)) return BLANKS;
  const lost = bytes > 0 && bytes % 32 === 0 && /^[a-z\d+/]+=?$/i.test(text) ? '; was the = at its end lost?' : '';
  return `is not base64 (${length} character${length === 1 ? '' : 's'})${lost}`;
}
