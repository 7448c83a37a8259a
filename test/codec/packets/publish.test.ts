import {
  decodePublish,
  encodePublish,
  encodePublishInto,
  Framer,
  PUBLISH,
  type PublishFields,
  packetSize,
} from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { hex, toHex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

const payload = hex('68 69');

test('a QoS 0 PUBLISH has no Packet Identifier [MQTT-2.3.1-5] [MQTT-4.3.1-1]', () => {
  const bytes = hex('30 07 0003 612f62 6869');
  expect(encodePublish({ topicName: 'a/b', payload })).toEqual(bytes);
  const packet = decodePublish(frameOf(bytes));
  expect(packet).toEqual({
    type: PUBLISH,
    topicName: 'a/b',
    payload,
    qos: 0,
    retain: false,
    dup: false,
    packetId: undefined,
  });
});

test.each([
  ['32', { qos: 1 }],
  ['33', { qos: 1, retain: true }],
  ['3a', { qos: 1, dup: true }],
  ['34', { qos: 2 }],
  ['3d', { qos: 2, retain: true, dup: true }],
] as const)(
  'a PUBLISH that begins with %s carries its identifier behind the topic [MQTT-4.3.2-1] [MQTT-4.3.3-1]',
  (first, flags) => {
    const bytes = hex(`${first} 09 0003 612f62 1234 6869`);
    const fields = { topicName: 'a/b', payload, packetId: 0x1234, ...flags };
    expect(encodePublish(fields)).toEqual(bytes);
    expect(decodePublish(frameOf(bytes))).toEqual({ type: PUBLISH, retain: false, dup: false, ...fields });
  },
);

test('every decoded PUBLISH has the same keys in the same order, so that engines keep one shape', () => {
  const keys = ['type', 'topicName', 'payload', 'qos', 'retain', 'dup', 'packetId'];
  expect(Object.keys(decodePublish(frameOf(hex('30 03 0001 61'))))).toEqual(keys);
  expect(Object.keys(decodePublish(frameOf(hex('3d 05 0001 61 0001'))))).toEqual(keys);
});

test('an empty payload is a payload', () => {
  expect(encodePublish({ topicName: 'a', payload: new Uint8Array(0) })).toEqual(hex('30 03 0001 61'));
  expect(decodePublish(frameOf(hex('30 03 0001 61'))).payload).toEqual(new Uint8Array(0));
});

test('the payload is a view into the chunk, not a copy', () => {
  const chunk = hex('30 07 0003 612f62 6869');
  expect(decodePublish(frameOf(chunk)).payload.buffer).toBe(chunk.buffer);
});

test.each([
  ['é€😀', 'c3a9e282acf09f9880'],
  ['\ufeffa', 'efbbbf61'],
  ['\ufffd', 'efbfbd'],
  ['\u{10ffff}', 'f48fbfbf'],
  ['\u0001\u007f', '017f'],
  ['\ud7ff\ue000', 'ed9fbfee8080'],
  ['\u007f\u0080\u07ff\u0800\uffff\u{10000}', '7fc280dfbfe0a080efbfbff0908080'],
  ['sixteen units or more, with é', toHex(new TextEncoder().encode('sixteen units or more, with é'))],
  ['sixteen units or more, with \ufffd', toHex(new TextEncoder().encode('sixteen units or more, with \ufffd'))],
  [
    '0123456789abcdefghij/ASCII alone, twice as long',
    toHex(new TextEncoder().encode('0123456789abcdefghij/ASCII alone, twice as long')),
  ],
])('topic %j is kept to the letter [MQTT-1.5.3-3] [MQTT-4.7.3-4]', (topicName, digits) => {
  const bytes = encodePublish({ topicName, payload });
  expect(toHex(bytes.subarray(4, -2))).toBe(digits);
  for (let time = 0; time < 4; time++) expect(decodePublish(frameOf(bytes)).topicName).toBe(topicName);
});

test('the longest topic is written and read, one byte more is refused [MQTT-4.7.3-3]', () => {
  for (const topicName of ['t'.repeat(65535), `t${'é'.repeat(32767)}`]) {
    const bytes = encodePublish({ topicName, payload });
    expect(decodePublish(frameOf(bytes)).topicName).toBe(topicName);
    expect(thrownBy(() => encodePublish({ topicName: `${topicName}t`, payload }))).toMatchObject({
      code: 'bad-string',
      statement: 'MQTT-4.7.3-3',
    });
  }
});

test('a publisher that changes its topic and goes back writes the topic it was told', () => {
  const target = new Uint8Array(64);
  for (const topicName of ['one', 'one', 'two/levels', 'one', 'two/levels']) {
    const end = encodePublishInto({ topicName, payload }, target, 5);
    expect(decodePublish(frameOf(target.slice(5, end))).topicName).toBe(topicName);
  }
});

test('packets encoded one after another do not touch each other', () => {
  const packets = Array.from({ length: 300 }, (_, i) =>
    encodePublish({ topicName: `t/${i}`, payload: new Uint8Array(90).fill(i) }),
  );
  packets.forEach((packet, i) => {
    expect(decodePublish(frameOf(packet))).toMatchObject({ topicName: `t/${i}`, payload: new Uint8Array(90).fill(i) });
  });
  const large = encodePublish({ topicName: 'a', payload: new Uint8Array(5000).fill(1) });
  expect(large.byteLength).toBe(large.buffer.byteLength);
});

test('a PUBLISH fits exactly, and one byte less is no room for it', () => {
  const fields = { topicName: 'a/b', payload: new Uint8Array(300), qos: 1, packetId: 1 } as const;
  const size = packetSize({ type: PUBLISH, ...fields });
  expect(encodePublishInto(fields, new Uint8Array(size), 0)).toBe(size);
  const target = new Uint8Array(size - 1).fill(0xee);
  expect(thrownBy(() => encodePublishInto(fields, target, 0))).toMatchObject({ code: 'no-room', needed: size });
  expect(target.every((byte) => byte === 0xee)).toBe(true);
});

test('a PUBLISH that is nothing but its topic fills its target exactly, again and again', () => {
  for (let size = 1; size <= 24; size++) {
    const topicName = 'abcdefghijklmnopqrstuvwx'.slice(0, size);
    const target = new Uint8Array(4 + size);
    for (let time = 0; time < 3; time++) {
      target.fill(0xee);
      expect(encodePublishInto({ topicName, payload: new Uint8Array(0) }, target, 0)).toBe(4 + size);
      expect(decodePublish(frameOf(target)).topicName).toBe(topicName);
    }
  }
});

test('a packet of more than 268,435,455 bytes is refused, not cut', () => {
  const huge = new Uint8Array(268_435_450);
  const fields = { topicName: 'a/b/c', payload: huge };
  expect(thrownBy(() => packetSize({ type: PUBLISH, ...fields }))).toMatchObject({ code: 'packet-too-large' });
  expect(packetSize({ type: PUBLISH, topicName: 'a/b', payload: huge })).toBe(268_435_460);
});

refusesToDecode('PUBLISH', [
  ['both QoS bits set [MQTT-3.3.1-4]', '36 07 0003 612f62 0001', 'bad-qos', 0],
  ['all flags set [MQTT-3.3.1-4]', '3f 07 0003 612f62 0001', 'bad-qos', 0],
  ['DUP with QoS 0 [MQTT-3.3.1-2]', '38 05 0003 612f62', 'bad-flags', 0],
  ['DUP and RETAIN with QoS 0 [MQTT-3.3.1-2]', '39 05 0003 612f62', 'bad-flags', 0],
  ['no topic [MQTT-3.3.2-1]', '30 00', 'truncated', 2],
  ['half a topic length [MQTT-3.3.2-1]', '30 01 00', 'truncated', 2],
  ['a topic that reaches too far [MQTT-3.3.2-1]', '30 04 0003 6161', 'truncated', 2],
  ['no Packet Identifier with QoS 1 [MQTT-2.3.1-1]', '32 05 0003 612f62', 'truncated', 7],
  ['half a Packet Identifier with QoS 2 [MQTT-2.3.1-1]', '34 06 0003 612f62 00', 'truncated', 7],
  ['Packet Identifier 0 [MQTT-2.3.1-1]', '32 07 0003 612f62 0000', 'bad-packet-id', 7],
  ['an empty topic [MQTT-4.7.3-1]', '30 02 0000', 'bad-topic', 2],
  ['# in the topic [MQTT-3.3.2-2]', '30 05 0003 612f23', 'bad-topic', 6],
  ['+ in the topic [MQTT-3.3.2-2]', '30 05 0003 2b2f62', 'bad-topic', 4],
  ['# in a long topic [MQTT-3.3.2-2]', '30 0c 000a 61616161616161616123', 'bad-topic', 13],
  ['U+0000 in the topic [MQTT-1.5.3-2]', '30 05 0003 610062', 'bad-string', 5],
  ['U+0000 in a long topic [MQTT-1.5.3-2]', '30 0c 000a 61616161610061616161', 'bad-string', 9],
  ['a lone continuation byte [MQTT-1.5.3-1]', '30 04 0002 6180', 'bad-string', 5],
  ['an overlong form of two bytes [MQTT-1.5.3-1]', '30 05 0003 61c1bf', 'bad-string', 5],
  ['an overlong form of three bytes [MQTT-1.5.3-1]', '30 05 0003 e09fbf', 'bad-string', 4],
  ['an overlong form of four bytes [MQTT-1.5.3-1]', '30 06 0004 f08fbfbf', 'bad-string', 4],
  ['the first surrogate [MQTT-1.5.3-1]', '30 05 0003 eda080', 'bad-string', 4],
  ['the last surrogate [MQTT-1.5.3-1]', '30 05 0003 edbfbf', 'bad-string', 4],
  ['a code point above U+10FFFF [MQTT-1.5.3-1]', '30 06 0004 f4908080', 'bad-string', 4],
  ['F5, which begins nothing [MQTT-1.5.3-1]', '30 06 0004 f5808080', 'bad-string', 4],
  ['FF, which begins nothing [MQTT-1.5.3-1]', '30 06 0004 ff808080', 'bad-string', 4],
  ['a sequence cut off by the end of the topic [MQTT-1.5.3-1]', '30 07 0003 61e282 ac41', 'bad-string', 5],
  ['a sequence of two cut to one [MQTT-1.5.3-1]', '30 06 0003 6161c3 a9', 'bad-string', 6],
  ['C0 behind the first of two [MQTT-1.5.3-1]', '30 04 0002 c3c0', 'bad-string', 4],
  ['7F behind the first of two [MQTT-1.5.3-1]', '30 04 0002 c37f', 'bad-string', 4],
  ['the first of two behind two that are whole [MQTT-1.5.3-1]', '30 07 0005 c3a9c32828', 'bad-string', 6],
  ['a sequence of four cut to three [MQTT-1.5.3-1]', '30 06 0003 f09f98 80', 'bad-string', 4],
  ['a second byte that continues nothing [MQTT-1.5.3-1]', '30 05 0003 e228a1', 'bad-string', 4],
  ['a third byte that continues nothing [MQTT-1.5.3-1]', '30 05 0003 e28228', 'bad-string', 4],
  ['a fourth byte that continues nothing [MQTT-1.5.3-1]', '30 06 0004 f09f9828', 'bad-string', 4],
]);

const wrong = (fields: Record<string, unknown>) =>
  ({ topicName: 'a/b', payload, ...fields }) as unknown as PublishFields;

refusesToEncode('PUBLISH', [
  ['QoS 3 [MQTT-3.3.1-4]', 'bad-qos', (target) => encodePublishInto(wrong({ qos: 3, packetId: 1 }), target, 0)],
  ['a QoS that is text [MQTT-3.3.1-4]', 'bad-qos', () => encodePublish(wrong({ qos: '1', packetId: 1 }))],
  ['DUP with QoS 0 [MQTT-3.3.1-2]', 'bad-flags', () => encodePublish(wrong({ dup: true }))],
  ['a Packet Identifier with QoS 0 [MQTT-2.3.1-5]', 'bad-packet-id', () => encodePublish(wrong({ packetId: 1 }))],
  ['Packet Identifier 0 with QoS 0 [MQTT-2.3.1-5]', 'bad-packet-id', () => encodePublish(wrong({ packetId: 0 }))],
  ['no Packet Identifier with QoS 1 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePublish(wrong({ qos: 1 }))],
  [
    'Packet Identifier 0 with QoS 1 [MQTT-2.3.1-1]',
    'bad-packet-id',
    () => encodePublish(wrong({ qos: 1, packetId: 0 })),
  ],
  ['Packet Identifier 7.5 [MQTT-2.3.1-1]', 'bad-packet-id', () => encodePublish(wrong({ qos: 2, packetId: 7.5 }))],
  ['an empty topic [MQTT-4.7.3-1]', 'bad-topic', (target) => encodePublishInto(wrong({ topicName: '' }), target, 0)],
  ['# in the topic [MQTT-3.3.2-2]', 'bad-topic', (target) => encodePublishInto(wrong({ topicName: 'a/#' }), target, 0)],
  [
    '+ in a long topic [MQTT-3.3.2-2]',
    'bad-topic',
    () => encodePublish(wrong({ topicName: 'sixteen/units/or/more/+' })),
  ],
  ['U+0000 in the topic [MQTT-1.5.3-2]', 'bad-string', () => encodePublish(wrong({ topicName: 'a\0' }))],
  [
    'U+0000 in a long topic [MQTT-1.5.3-2]',
    'bad-string',
    () => encodePublish(wrong({ topicName: 'sixteen/units\0or/more' })),
  ],
  ['a high surrogate alone [MQTT-1.5.3-1]', 'bad-string', () => encodePublish(wrong({ topicName: '\ud83d' }))],
  ['a low surrogate alone [MQTT-1.5.3-1]', 'bad-string', () => encodePublish(wrong({ topicName: 'a\ude00' }))],
  [
    'a low surrogate before another [MQTT-1.5.3-1]',
    'bad-string',
    () => encodePublish(wrong({ topicName: '\ude00\ude00' })),
  ],
  [
    'a high surrogate before a letter [MQTT-1.5.3-1]',
    'bad-string',
    () => encodePublish(wrong({ topicName: 'sixteen/units/or/\ud83d/more' })),
  ],
]);

describe('what is no Uint8Array, text or boolean is a TypeError, never zeros or a wrong bit', () => {
  test.each([
    ['a payload of text', { payload: 'hello' }, 'payload: a Uint8Array is needed, not a string'],
    ['a payload of numbers', { payload: [1, 2] }, 'payload: a Uint8Array is needed, not an object'],
    ['a payload of 16-bit numbers', { payload: new Uint16Array(2) }, 'payload: a Uint8Array is needed, not an object'],
    ['an ArrayBuffer', { payload: new ArrayBuffer(2) }, 'payload: a Uint8Array is needed, not an object'],
    ['a payload that is a number', { payload: 2 }, 'payload: a Uint8Array is needed, not 2'],
    ['a topic that is a number', { topicName: 7 }, 'topicName: a string is needed, not 7'],
    ['RETAIN 1', { retain: 1 }, 'retain: a boolean is needed, not 1'],
    ["RETAIN 'false'", { retain: 'false' }, 'retain: a boolean is needed, not a string'],
    ['DUP 0', { qos: 1, packetId: 1, dup: 0 }, 'dup: a boolean is needed, not 0'],
  ])('%s', (_title, fields, what) => {
    expect(() => encodePublish(wrong(fields))).toThrow(new TypeError(what));
  });

  test('no payload', () => {
    expect(() => encodePublish(wrong({ payload: undefined }))).toThrow(TypeError);
  });
});

test('TypeScript asks for the identifier exactly when it is there', () => {
  // @ts-expect-error QoS 1 needs a Packet Identifier
  expect(() => encodePublish({ topicName: 'a', payload, qos: 1 })).toThrow();
  // @ts-expect-error QoS 0 has none
  expect(() => encodePublish({ topicName: 'a', payload, packetId: 7 })).toThrow();
});

test('a frame of another type is not read as PUBLISH', () => {
  expect(thrownBy(() => decodePublish(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});

test('a Frame made by hand may begin with its body, and end with its topic', () => {
  for (let size = 1; size <= 24; size++) {
    const topicName = 'abcdefghijklmnopqrstuvwx'.slice(0, size);
    for (let time = 0; time < 3; time++) {
      const bytes = encodePublish({ topicName, payload: new Uint8Array(0) }).slice(2);
      expect(decodePublish({ type: PUBLISH, flags: 0, bytes, start: 0, end: bytes.length }).topicName).toBe(topicName);
    }
  }
});

test('topics that come again and again between others keep their own text', () => {
  const names = Array.from({ length: 400 }, (_, i) => `devices/${i % 97}/messages/${i % 7}${i % 50 === 0 ? '/é' : ''}`);
  const framer = new Framer();
  for (let round = 0; round < 3; round++) {
    for (const topicName of names) framer.push(encodePublish({ topicName, payload }));
    for (const topicName of names) {
      const frame = framer.next();
      expect(frame && decodePublish(frame).topicName).toBe(topicName);
    }
  }
});
