import { isTopicFilter, isTopicName, topicMatches } from '@mote/codec';
import { describe, expect, test } from 'vitest';

test.each([
  'a',
  '/',
  '//',
  'a/b',
  '/a',
  'a/',
  ' ',
  'a b',
  '$SYS/x',
  '$dps/registrations/res/200/?$rid=1',
  'é',
  '😀',
  '\ufeff',
  '*',
  '?',
])('%j may be a Topic Name and a Topic Filter', (text) => {
  expect(isTopicName(text)).toBe(true);
  expect(isTopicFilter(text)).toBe(true);
});

test.each(['#', '+', '/#', '+/+', '/+', 'a/+/b', 'a/#', 'a/+/#', '+/a', '$SYS/#'])(
  '%j may be a Topic Filter and no Topic Name [MQTT-4.7.1-1]',
  (text) => {
    expect(isTopicName(text)).toBe(false);
    expect(isTopicFilter(text)).toBe(true);
  },
);

test.each([
  '#a',
  'a#',
  'a/#/b',
  '##',
  '/##',
  '#/',
  'a+',
  '+a',
  'a/b+',
  '++',
  'a/+b',
  '+#',
  '#+',
  'a/+#',
  'a+/+',
  '+a/#',
  '#/#',
  'a+/b/c',
])('%j is neither [MQTT-4.7.1-2] [MQTT-4.7.1-3]', (text) => {
  expect(isTopicName(text)).toBe(false);
  expect(isTopicFilter(text)).toBe(false);
});

test.each([
  ['empty [MQTT-4.7.3-1]', ''],
  ['U+0000 [MQTT-4.7.3-2]', 'a\0b'],
  ['half a pair [MQTT-1.5.3-1]', 'a\ud800'],
  ['too long [MQTT-4.7.3-3]', 'é'.repeat(32768)],
])('text that no string field may hold is neither: %s', (_title, text) => {
  expect(isTopicName(text)).toBe(false);
  expect(isTopicFilter(text)).toBe(false);
});

test('what is no text is no topic', () => {
  expect(isTopicName(7 as never)).toBe(false);
  expect(isTopicFilter(undefined as never)).toBe(false);
});

test('65,535 bytes are a topic', () => {
  expect(isTopicName('t'.repeat(65535))).toBe(true);
});

describe('topicMatches', () => {
  test.each([
    ['a', 'a'],
    ['a/b', 'a/b'],
    ['sport/tennis/player1/#', 'sport/tennis/player1'],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon'],
    ['sport/#', 'sport'],
    ['#', 'a/b'],
    ['#', '/'],
    ['sport/tennis/+', 'sport/tennis/player1'],
    ['sport/+', 'sport/'],
    ['+/+', '/finance'],
    ['/+', '/finance'],
    ['+/b/#', 'a/b'],
    ['$SYS/#', '$SYS/x'],
    ['$SYS/monitor/+', '$SYS/monitor/Clients'],
    ['$dps/registrations/res/#', '$dps/registrations/res/200/?$rid=1'],
    ['a//b', 'a//b'],
  ])('%s takes %s', (filter, name) => {
    expect(topicMatches(filter, name)).toBe(true);
  });

  test.each([
    ['a', 'b'],
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['sport/tennis/+', 'sport/tennis/player1/ranking'],
    ['sport/+', 'sport'],
    ['+', '/finance'],
    ['a/+', 'a'],
    ['a//b', 'a/b'],
    ['A', 'a'],
    ['caf\u00e9', 'cafe\u0301'],
  ])('%s does not take %s [MQTT-4.7.3-4]', (filter, name) => {
    expect(topicMatches(filter, name)).toBe(false);
  });

  test.each([
    ['#', '$SYS/x'],
    ['+/monitor/Clients', '$SYS/monitor/Clients'],
    ['+', '$dps'],
    ['+/registrations/res/#', '$dps/registrations/res/200'],
  ])('a wildcard at the front, %s, does not take %s [MQTT-4.7.2-1]', (filter, name) => {
    expect(topicMatches(filter, name)).toBe(false);
  });
});

test('a filter of as many levels as there can be is judged, whatever stands in its last, and so is one that is too long', () => {
  const levels = 'a/'.repeat(32767);
  for (const last of ['', 'a', '+', '#']) expect([last, isTopicFilter(levels + last)]).toEqual([last, true]);
  for (const last of ['a+', 'a#', '\0']) expect([last, isTopicFilter(levels.slice(2) + last)]).toEqual([last, false]);
  expect(isTopicFilter('+/'.repeat(1_000_000))).toBe(false);
});
