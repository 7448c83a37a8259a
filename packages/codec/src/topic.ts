import { type TextRule, TOPIC_FILTER, TOPIC_NAME, textSize } from './wire/text.ts';

/**
 * Whether a text may be the Topic Name of a PUBLISH: 1 to 65,535 bytes of UTF-8 without U+0000, `#` and `+`.
 *
 * @example
 * isTopicName('meter/7'); // true
 * isTopicName('meter/+'); // false
 */
export function isTopicName(text: string): boolean {
  return isFit(text, TOPIC_NAME);
}

/**
 * Whether a text may be a Topic Filter of a SUBSCRIBE: like a Topic Name, but `+` may be a whole level, and `#` the last level [4.7.1].
 *
 * @example
 * isTopicFilter('meter/+/power'); // true
 * isTopicFilter('meter/7+'); // false
 */
export function isTopicFilter(text: string): boolean {
  return isFit(text, TOPIC_FILTER);
}

/**
 * Whether a message with the Topic Name `name` is for a subscriber of `filter` [4.7]. Letter case counts, and so does every `/`.
 *
 * @example
 * topicMatches('meter/+/power', 'meter/7/power'); // true
 * topicMatches('#', '$SYS/load'); // false
 */
export function topicMatches(filter: string, name: string): boolean {
  const wanted = filter.split('/');
  const levels = name.split('/');
  if (name[0] === '$' && (filter[0] === '#' || filter[0] === '+')) return false; // [MQTT-4.7.2-1]
  if (wanted[wanted.length - 1] === '#') {
    wanted.pop();
    levels.splice(wanted.length); // the levels that `#` matches. It also matches none: `a/#` matches `a` [4.7.1.2]
  }
  return levels.length === wanted.length && wanted.every((level, i) => level === '+' || level === levels[i]);
}

/** Asks the check of the encoders, so that there is one set of rules. */
function isFit(text: string, rule: TextRule): boolean {
  try {
    textSize('', text, rule);
    return true;
  } catch {
    return false;
  }
}
