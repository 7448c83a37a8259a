/** What a text is for: any text, the Topic Name of PUBLISH, the Will Topic, a Topic Filter. */
export type TextRule = 0 | 1 | 2 | 3;
export const ANY_TEXT = 0;
export const TOPIC_NAME = 1;
export const WILL_TOPIC = 2;
export const TOPIC_FILTER = 3;

/** The statement, without `MQTT-`, that U+0000, `#` or `+` at `at` breaks in the text `bytes[start .. end)`, or ''. */
export function brokenBy(bytes: Uint8Array, at: number, start: number, end: number, rule: TextRule): string {
  const byte = bytes[at];
  if (byte === 0) return '1.5.3-2';
  if (rule === ANY_TEXT) return '';
  if (rule === TOPIC_NAME) return '3.3.2-2';
  if (rule === WILL_TOPIC) return '4.7.1-1';
  const opens = at === start || bytes[at - 1] === SLASH;
  const last = at === end - 1;
  if (byte === HASH) return opens && last ? '' : '4.7.1-2';
  // In `+#` the second is at fault.
  return opens && (last || bytes[at + 1] === SLASH || bytes[at + 1] === HASH) ? '' : '4.7.1-3';
}

export const HASH = 0x23;
export const PLUS = 0x2b;
export const SLASH = 0x2f;

export function isSpecial(byte: number): boolean {
  return byte === 0 || byte === HASH || byte === PLUS;
}
