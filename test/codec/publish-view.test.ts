import { type DecodeError, decodePublish, encodePublish, type Frame, Framer, PUBLISH, PublishView } from '@mote/codec';
import { beforeEach, describe, expect, test } from 'vitest';
import { concat, hex } from './support/bytes.ts';
import { frameOf, refusesToDecode, thrownBy } from './support/expect.ts';

test('a PublishView says what decodePublish says, and where it lies', () => {
  const view = new PublishView();
  for (const packet of [
    encodePublish({ topicName: 'a/b', payload: hex('0102') }),
    encodePublish({ topicName: 'devices/é', payload: hex('03'), qos: 1, dup: true, packetId: 0x1234 }),
    encodePublish({ topicName: 'a/b', payload: hex(''), qos: 2, retain: true, packetId: 65535 }),
    encodePublish({ topicName: 'a/longer/topic/than/that', payload: new Uint8Array(200), retain: true }),
  ]) {
    const frame = frameOf(packet);
    const { topicName, payload, qos, dup, retain, packetId } = decodePublish(frame);
    expect(view.read(frame)).toBe(view);
    expect({ ...read(view) }).toEqual({ topicName, payload, qos, dup, retain, packetId });
    expect(view.bytes).toBe(packet);
    expect(new TextDecoder().decode(packet.subarray(view.topicStart, view.topicEnd))).toBe(topicName);
    expect(packet.subarray(view.payloadStart, view.payloadEnd)).toEqual(payload);
  }
});

test('the same topic is the same string, the payload a view into the chunk', () => {
  const framer = new Framer();
  const view = new PublishView();
  const packet = encodePublish({ topicName: 'devices/dev-001/messages', payload: hex('07') });
  for (let i = 0; i < 5; i++) {
    framer.push(packet);
    const frame = framer.next();
    if (!frame) throw new Error('no frame');
    expect(view.read(frame).topicName).toBe('devices/dev-001/messages');
    expect(view.payload.buffer).toBe(packet.buffer);
  }
});

test('a view that nothing was read into is empty', () => {
  expect(read(new PublishView())).toEqual({
    topicName: '',
    payload: new Uint8Array(0),
    qos: 0,
    dup: false,
    retain: false,
    packetId: undefined,
  });
});

test('a PublishView judges as strictly', () => {
  const view = new PublishView();
  expect(thrownBy(() => view.read(frameOf(hex('30050003612f23'))))).toMatchObject({ code: 'bad-topic', offset: 6 });
  expect(thrownBy(() => view.read(frameOf(hex('32050003612f62'))))).toMatchObject({ code: 'truncated', offset: 7 });
  expect(thrownBy(() => view.read(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});

test('whatever the flags and wherever the packet ends, it has the fields or the error of decodePublish', () => {
  const view = new PublishView();
  const topics = [
    '00',
    '0001 61',
    '0005 6465762f31',
    '0006 6465762f3132',
    '000a 61ff6161616161616161',
    '0004 61ff6161',
  ];
  const tails = ['', '00', '0000', '0007', '000000', '000709'];
  for (const topic of topics)
    for (const tail of tails)
      for (let flags = 0; flags < 16; flags++)
        // The packet is alone, or the bytes of another are behind it.
        for (const behind of ['', '300400016178']) {
          const body = hex(topic + tail);
          const bytes = concat(Uint8Array.of(0x30 | flags, body.length), body, hex(behind));
          const frame: Frame = { type: PUBLISH, flags, bytes, start: 2, end: 2 + body.length };
          const said = (run: () => object): object => {
            try {
              return { ...run() };
            } catch (error) {
              const { name, code, offset, statement } = error as DecodeError;
              return { name, code, offset, statement };
            }
          };
          const expected = said(() => {
            const { type: _, ...fields } = decodePublish(frame);
            return fields;
          });
          expect(said(() => read(view.read(frame)))).toEqual(expected);
        }
});

test('an array that is the same again is not stored again', () => {
  const view = new PublishView();
  const frame = frameOf(encodePublish({ topicName: 'a/b', payload: hex('01') }));
  let stored = 0;
  Object.defineProperty(view, 'bytes', { get: () => frame.bytes, set: () => stored++ });
  view.read(frame).read(frame);
  expect(stored).toBe(0);
  view.read(frameOf(encodePublish({ topicName: 'a/b', payload: hex('01') })));
  expect(stored).toBe(1);
});

describe.each(['devices/dev-001/messages', 'geräte/küche/größe'])('after %s has been heard often', (known) => {
  const payload = hex('07');
  let bytes: Uint8Array;

  beforeEach(() => {
    bytes = encodePublish({ topicName: known, payload });
  });

  function hearAgain(): void {
    for (let i = 0; i < 4; i++) expect(decodePublish(frameOf(bytes)).topicName).toBe(known);
  }

  test.each(['alone', 'in front of another'])(
    'a topic that differs in any byte is not taken for it, %s in its chunk',
    (where) => {
      const end = bytes.length - payload.length;
      for (let at = 4; at < end; at++) {
        const other = bytes.slice();
        other[at] = other[at]! ^ 1;
        const text = new TextDecoder().decode(other.subarray(4, end));
        if (text.includes('\uFFFD') || /[#+\0]/.test(text)) continue;
        hearAgain();
        expect(first(where === 'alone' ? other : concat(other, bytes))).toBe(text);
      }
    },
  );

  test.each(['alone', 'in front of another'])('nor is one of another length, %s in its chunk', (where) => {
    for (const topicName of [known.slice(0, -1), `${known}/`, known.slice(1)]) {
      hearAgain();
      const other = encodePublish({ topicName, payload });
      expect(first(where === 'alone' ? other.slice() : concat(other, bytes))).toBe(topicName);
    }
  });

  function first(chunk: Uint8Array): string {
    const framer = new Framer();
    framer.push(chunk);
    return decodePublish(framer.next()!).topicName;
  }
});

refusesToDecode('a topic much like one that is known', [
  ['with a wildcard [MQTT-3.3.2-2]', '30 0c 000a 61616161616161616123', 'bad-topic', 13],
  ['with U+0000 [MQTT-1.5.3-2]', '30 0c 000a 61616161616161616100', 'bad-string', 13],
]);

function read({ topicName, payload, qos, dup, retain, packetId }: PublishView) {
  return { topicName, payload, qos, dup, retain, packetId };
}
