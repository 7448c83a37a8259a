// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text with its control, zero-width and direction characters written as `\u001b`: readers see them, terminals do not act on them. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
