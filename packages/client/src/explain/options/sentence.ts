// What an option has to be, for people: the rules themselves are code.

/** By the name that stands in front of a message; `name.*` is every member of what has names of the caller's. */
export type OptionWords = Readonly<Record<string, string>>;

/** The message of `invalid-options` with what the option has to be. Of another message, itself. */
export function optionSentence(message: string, words: OptionWords): string {
  const [, hub = '', name = '', ofName = ''] = /^(hub\.)?(.+): (?:wrong|missing)( name)?$/s.exec(message) ?? [];
  const family = `${name.replace(/\..*/s, '.*')}${ofName}`;
  const key = [name, family].find((one) => Object.keys(words).includes(one));
  return key === undefined ? message : `${hub}${name}: ${words[key]}`;
}
