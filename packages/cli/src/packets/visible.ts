// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text of a peer or a file with what the eye would miss, or a terminal obey, written out: control and direction marks. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
