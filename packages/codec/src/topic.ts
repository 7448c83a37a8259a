import { utf8Size } from './wire/utf8.ts';

/** True for text that may stand in PUBLISH as a Topic Name: 1 to 65,535 bytes, no U+0000, no wildcard. */
export function isTopicName(text: string): boolean {
  return isTopicText(text) && !/[#+]/.test(text);
}

/** True for text that may stand in SUBSCRIBE as a Topic Filter: `+` fills a level, `#` stands alone in the last one. */
export function isTopicFilter(text: string): boolean {
  return isTopicText(text) && !/[^/][#+]|[#+][^/]|#./.test(text);
}

/** Whether a message to Topic Name `name` goes to a subscriber of `filter` [4.7]. Compares code unit by code unit. */
export function topicMatches(filter: string, name: string): boolean {
  if (name[0] === '$' && (filter[0] === '#' || filter[0] === '+')) return false; // [MQTT-4.7.2-1]
  const levels = name.split('/');
  const wanted = filter.split('/');
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true;
    if (i >= levels.length || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

function isTopicText(text: string): boolean {
  const size = utf8Size(text);
  return size > 0 && size < 65536 && text.indexOf('\0') < 0;
}
