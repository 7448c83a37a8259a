import { arePackets } from '../framing.ts';
import { type Candidate, single } from './candidate.ts';

/** How a text writes the characters that cannot be printed. */
interface Notation {
  readonly format: string;
  /** What is read of the text. It does not match if the text is of another kind. */
  readonly content: RegExp;
  readonly part: RegExp;
  readonly code: (...groups: readonly (string | undefined)[]) => number | undefined;
}

const NAMES =
  'NUL|SOH|STX|ETX|EOT|ENQ|ACK|a|b|t|n|v|f|r|SO|SI|DLE|DC1|DC2|DC3|DC4|NAK|SYN|ETB|CAN|EM|SUB|ESC|FS|GS|RS|US';
/** The longer name first: `\SOH` is no `\SO` with an H. */
const LONGEST_FIRST = NAMES.split('|').sort((one, other) => other.length - one.length);

const NOTATIONS: readonly Notation[] = [
  {
    format: 'text of cat -v',
    content: /^([\s\S]*\^[@-_?][\s\S]*?)\$?\n?$/,
    part: /(M-)?(\^(?=[@-_?]))?([\s\S])/g,
    code: (meta, control, character = '') =>
      (character.charCodeAt(0) ^ (control === undefined ? 0 : 64)) | (meta === undefined ? 0 : 128),
  },
  {
    format: 'text of rsyslog',
    content: /^(?=.*#[0-3][0-7]{2}.*\n?$)(?:[^#]*: )?(.*)\n?$/,
    part: /#([0-3][0-7]{2})/g,
    code: (octal = '') => Number.parseInt(octal, 8),
  },
  {
    format: 'a string of Haskell',
    content: /^[^"]*"([\s\S]*)"[^"]*$/,
    part: new RegExp(String.raw`\\(?:(${LONGEST_FIRST.join('|')})|(\d{1,3})|(["\\])|(DEL)|&)`, 'g'),
    code: (name, decimal, itself, del) =>
      name !== undefined
        ? NAMES.split('|').indexOf(name)
        : decimal !== undefined
          ? Number(decimal)
          : (itself?.charCodeAt(0) ?? (del === undefined ? undefined : 127)),
  },
  {
    format: 'a string of Pascal',
    content: /^[^#']*((?:#(?:\$[0-9a-f]{1,2}|\d{1,3})|'[^']*')+)[\s;]*$/i,
    part: /#\$([0-9a-f]{1,2})|#(\d{1,3})|'(?=')(')|'/gi,
    code: (hex, decimal, quote) =>
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : decimal !== undefined
          ? Number(decimal)
          : quote === undefined
            ? undefined
            : 39,
  },
];

/** Reads texts that write control characters in a way of their own: `^B`, `#002`, `\STX`, `#$02`. Taken only if they are whole packets. */
export function controlCandidates(text: string): Candidate[] {
  return NOTATIONS.flatMap(({ format, content, part, code }) => {
    const written = content.exec(text)?.[1] ?? '';
    const characters = written.replace(part, (_part, ...groups: (string | undefined)[]) => {
      const value = code(...groups);
      return value === undefined ? '' : String.fromCharCode(value);
    });
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    return arePackets(bytes) ? [single(format, bytes)] : [];
  });
}
