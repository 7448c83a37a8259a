import { type TextRule, TOPIC_FILTER, TOPIC_NAME, textSize } from './wire/text.ts';

/**
 * Whether text may stand in a PUBLISH as its Topic Name: 1 to 65,535 bytes of Unicode without U+0000, `#` and `+`.
 *
 * @example
 * isTopicName('meter/7'); // true
 * isTopicName('meter/+'); // false
 */
export function isTopicName(text: string): boolean {
  return isFit(text, TOPIC_NAME);
}

/**
 * Whether text may stand in a SUBSCRIBE: as above, but `+` may fill a whole level, and `#` the last one.
 *
 * @example
 * isTopicFilter('meter/+/power'); // true
 * isTopicFilter('meter/7+'); // false
 */
export function isTopicFilter(text: string): boolean {
  return isFit(text, TOPIC_FILTER);
}

/**
 * Whether a message for the Topic Name `name` goes to a subscriber of `filter` [4.7]: to the letter, nothing is folded.
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
    levels.splice(wanted.length); // what `#` takes; none, if the level above is the last
  }
  return levels.length === wanted.length && wanted.every((level, i) => level === '+' || level === levels[i]);
}

/** The check that the encoders make: one set of rules. */
function isFit(text: string, rule: TextRule): boolean {
  try {
    textSize('', text, rule);
    return true;
  } catch {
    return false;
  }
}
