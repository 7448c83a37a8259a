/** What a text is for: any text; or else the statement that forbids wildcards in it, or keeps them to their places. */
export type TextRule = '' | '3.3.2-2' | '4.7.1-1' | '4.7.1-2';
export const ANY_TEXT = '';
/** Of PUBLISH. */
export const TOPIC_NAME = '3.3.2-2';
export const WILL_TOPIC = '4.7.1-1';
export const TOPIC_FILTER = '4.7.1-2';

/** The statement, without `MQTT-`, that U+0000, `#` or `+` at `at` breaks in the text `bytes[start .. end)`, or ''. */
export function brokenBy(bytes: Uint8Array, at: number, start: number, end: number, rule: TextRule): string {
  const byte = bytes[at];
  if (!byte) return '1.5.3-2';
  if (rule !== TOPIC_FILTER) return rule;
  const opens = at === start || bytes[at - 1] === SLASH;
  const last = at === end - 1;
  if (byte === HASH) return opens && last ? '' : rule;
  // In `+#` the second is at fault.
  return opens && (last || bytes[at + 1] === SLASH || bytes[at + 1] === HASH) ? '' : '4.7.1-3';
}

const HASH = 0x23;
const SLASH = 0x2f;
const PLUS = 0x2b;

export function isSpecial(byte: number): boolean {
  return byte === 0 || byte === HASH || byte === PLUS;
}
