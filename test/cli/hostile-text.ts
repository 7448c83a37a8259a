/** One of each kind of character that a terminal acts on, or that a reader does not see; the product's list is not asked. */
export const MARKS: Readonly<Record<string, string>> = {
  'C0: escape': '\u001b]0;PWNED\u0007\u001b[2J',
  'C0: line feed': '\nforged line',
  'C0: carriage return': '\rforged line',
  'C0: back space': '\b\b\b\u000b\u000c',
  DEL: '\u007f',
  'C1: CSI': '\u009b31m',
  'C1: next line': '\u0085forged line',
  'C1: OSC and its end': '\u009d0;PWNED\u009c',
  'Arabic letter mark': '\u061c',
  'direction marks': '\u200e\u200f',
  'direction embeddings and overrides': '\u202a\u202b\u202c\u202d\u202e',
  'direction isolates': '\u2066\u2067\u2068\u2069',
  'line separator': '\u2028forged line',
  'paragraph separator': '\u2029forged line',
  'zero width': '\u200b\u200c\u200d\u2060\ufeff',
  'soft hyphen': '\u00ad',
  'tag characters': '\u{e0041}\u{e007f}',
  'variation selectors': '\ufe0f\u{e0100}',
  'fillers of Hangul': '\u115f\u3164\uffa0',
  'interlinear annotation': '\ufff9\ufffa\ufffb',
  'private use': '\ue000\u{f0000}',
};

/** All of them at once. No peer can send U+0000 or half of a surrogate pair in UTF-8; those have tests of their own. */
export const HOSTILE: string = Object.values(MARKS).join('x');

const RAW =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u3164\uffa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ue000\ud800-\udfff]|\ufe0f|\u{e0041}|\u{e007f}|\u{e0100}|\u{f0000}/u;

/** What is wrong with an output: the first raw character with its surroundings, or a line that a peer forged. */
export function rawIn(output: string): string | undefined {
  const at = output.search(RAW);
  if (at >= 0) return JSON.stringify(output.slice(Math.max(0, at - 30), at + 10));
  return output.split('\n').find((line) => line.startsWith('forged line'));
}
