/** Kinds of fields. Each has a colour, in the terminal and on the page. */
export type Tone = 'header' | 'length' | 'flags' | 'id' | 'topic' | 'payload' | 'secret' | 'plain';

const BY_NAME: readonly (readonly [RegExp, Tone])[] = [
  [/length/i, 'length'],
  [/password/i, 'secret'],
  [/packet type|fixed header|control packet|protocol/i, 'header'],
  [/flags|qos|return code|keep alive|session/i, 'flags'],
  [/topic|filter/i, 'topic'],
  [/identifier|user name|client id/i, 'id'],
  [/payload|message/i, 'payload'],
];

/** The kind of a field, by its name in the standard. */
export function toneOf(field: string): Tone {
  return BY_NAME.find(([pattern]) => pattern.test(field))?.[1] ?? 'plain';
}
