// Sentences about what an option has to be. The rules themselves are in `option-rules.ts` and the files that use it.

/** Sentences by the option's name. `name.*` is for every member of an object whose names are the caller's. */
export type OptionWords = Readonly<Record<string, string>>;

/**
 * Adds to an `invalid-options` message what the option has to be, and says of which kind the value is that was given. Any other
 * message is returned unchanged.
 */
export function optionSentence(message: string, words: OptionWords): string {
  const [, hub = '', name = '', ofName = '', kind = ''] =
    /^(hub\.)?(.+): (?:wrong|missing)( name)?(?:: (.*))?$/s.exec(message) ?? [];
  const family = `${name.replace(/\..*/s, '.*')}${ofName}`;
  const wanted = words[[name, family].find((one) => Object.keys(words).includes(one)) ?? ''];
  if (wanted === undefined) return message;
  const known = kind.toLowerCase();
  // A value of the right kind is wrong by what is in it.
  return `${hub}${name}: ${wanted}${wanted.includes(known) ? '' : ` (given: ${known})`}`;
}
