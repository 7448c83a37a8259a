// What an option has to be, for people: the rules themselves are code.

/** By the name that stands in front of a message. */
export type OptionWords = Readonly<Record<string, string>>;

/** The message of `invalid-options` with what the option has to be. Of another message, itself. */
export function optionSentence(message: string, words: OptionWords): string {
  const [, hub = '', name = ''] = /^(hub\.)?([\w.]+): (?:wrong|missing)$/.exec(message) ?? [];
  return Object.keys(words).includes(name) ? `${hub}${name}: ${words[name]}` : message;
}
