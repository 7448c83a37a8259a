import { DecodeError, decodePublish, decodeSuback, encodePublish, Framer } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { concat, hex } from './support/bytes.ts';
import { thrownBy } from './support/expect.ts';

const ping = hex('c000');
const publish = hex('300d 0003612f62 0102030405060708');

test('a packet that lies in one chunk is given out where it lies', () => {
  const chunk = concat(ping, publish, ping);
  const framer = new Framer();
  framer.push(chunk);
  const places = Array.from(framer, ({ type, flags, bytes, start, end }) => [type, flags, bytes === chunk, start, end]);
  expect(places).toEqual([
    [12, 0, true, 2, 2],
    [3, 0, true, 4, 17],
    [12, 0, true, 19, 19],
  ]);
});

test('the Frame is one object, filled anew', () => {
  const framer = new Framer();
  framer.push(concat(ping, publish));
  const first = framer.next();
  expect(framer.next()).toBe(first);
  expect(first?.type).toBe(3);
  expect(framer.next()).toBeUndefined();
});

test('only the packet that lies across chunks is copied', () => {
  const framer = new Framer();
  const second = concat(publish.subarray(5), publish, ping);
  framer.push(publish.subarray(0, 5));
  expect(framer.next()).toBeUndefined();
  framer.push(second);
  expect(framer.next()?.bytes).not.toBe(second);
  expect(framer.next()?.bytes).toBe(second);
  expect(framer.next()?.bytes).toBe(second);
  expect(framer.next()).toBeUndefined();
});

test('what is left of a chunk lies where it was when the next one comes before it has been read', () => {
  const framer = new Framer();
  const chunks = [concat(ping, publish, ping), concat(publish, ping)] as const;
  framer.push(chunks[0]);
  expect(framer.next()?.bytes).toBe(chunks[0]);
  framer.push(chunks[1]);
  for (const chunk of [chunks[0], chunks[0], chunks[1], chunks[1]]) expect(framer.next()?.bytes).toBe(chunk);
  expect(framer.next()).toBeUndefined();
});

test('a part of a chunk can be pushed, and the read buffer be used again after next returned undefined', () => {
  const framer = new Framer();
  const buffer = new Uint8Array(64);
  const stream = concat(publish, publish, publish);
  const payloads: number[][] = [];
  for (let at = 0; at < stream.length; at += 7) {
    const part = stream.subarray(at, at + 7);
    buffer.fill(0xee);
    buffer.set(part, 3);
    framer.push(buffer, 3, 3 + part.length);
    for (const frame of framer) payloads.push([...decodePublish(frame).payload]);
  }
  expect(payloads).toEqual([1, 2, 3].map(() => [1, 2, 3, 4, 5, 6, 7, 8]));
});

test('an empty chunk changes nothing', () => {
  const framer = new Framer();
  framer.push(new Uint8Array(0));
  framer.push(publish.subarray(0, 3));
  framer.push(publish, 3, 3);
  expect(framer.next()).toBeUndefined();
  framer.push(publish, 3);
  framer.push(new Uint8Array(0));
  expect(framer.next()?.type).toBe(3);
  expect(framer.next()).toBeUndefined();
});

test('payloads handed out stay as they were, whatever arrives later', () => {
  const framer = new Framer();
  const kept: { payload: Uint8Array; copy: Uint8Array }[] = [];
  for (let i = 0; i < 500; i++) {
    const packet = encodePublish({ topicName: 't', payload: new Uint8Array(1 + ((i * 37) % 600)).fill(i) });
    for (let at = 0; at < packet.length; at += 11) {
      framer.push(packet.slice(at, at + 11));
      for (const frame of framer) {
        const { payload } = decodePublish(frame);
        kept.push({ payload, copy: payload.slice() });
      }
    }
  }
  expect(kept.length).toBe(500);
  for (const { payload, copy } of kept) expect(payload).toEqual(copy);
});

describe('a limit holds from the header on', () => {
  test('a packet of just maxPacketSize passes, one byte more does not', () => {
    const size = publish.length;
    const fits = new Framer({ maxPacketSize: size });
    fits.push(publish);
    expect(fits.next()?.type).toBe(3);
    const tooSmall = new Framer({ maxPacketSize: size - 1 });
    tooSmall.push(publish.subarray(0, 2));
    expect(thrownBy(() => tooSmall.next())).toMatchObject({
      code: 'packet-too-large',
      offset: 1,
      packetType: 3,
      statement: 'MQTT-4.8.0-2',
    });
  });

  test('each packet is held to it, not the place where it lies', () => {
    const framer = new Framer({ maxPacketSize: publish.length });
    framer.push(concat(publish, publish, publish));
    expect(Array.from(framer, ({ start }) => start)).toEqual([2, 17, 32]);
  });

  test('the limit is 262,144 bytes unless another is asked for', () => {
    const framer = new Framer();
    framer.push(hex('30fcff0f')); // 262,140 and a header of four bytes
    expect(framer.next()).toBeUndefined();
    const over = new Framer({});
    over.push(hex('30fdff0f'));
    expect(thrownBy(() => over.next())).toMatchObject({ code: 'packet-too-large' });
  });

  test('nothing is allocated from an announced length', () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 50 }, () => {
      const framer = new Framer({ maxPacketSize: 268_435_460 });
      framer.push(hex('30ffffff7f 0003616263'.replace(' ', '')));
      expect(framer.next()).toBeUndefined();
      return framer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(framers.length * 1024);
  });
});

describe('what the header makes impossible is refused before the body has come', () => {
  test.each([
    ['00', 'bad-packet-type'],
    ['f0', 'bad-packet-type'],
    ['36', 'bad-qos'],
    ['38', 'bad-flags'],
    ['60', 'bad-flags'],
    ['c2fe01', 'bad-flags'],
    ['00fe01', 'bad-packet-type'],
    ['36fe01', 'bad-qos'],
    ['c005', 'trailing-bytes'],
    ['40ffffff7f', 'trailing-bytes'],
    ['2001', 'truncated'],
    ['30ffffffff', 'malformed-length'],
    ['3080808080', 'malformed-length'],
  ] as const)('%s: %s', (digits, code) => {
    const framer = new Framer({ maxPacketSize: 268_435_460 });
    framer.push(hex(digits));
    expect(thrownBy(() => framer.next())).toMatchObject({ code });
  });

  test('a Remaining Length of more than four bytes is malformed at its fourth', () => {
    const framer = new Framer();
    framer.push(hex('c0808080'));
    expect(framer.next()).toBeUndefined();
    framer.push(hex('80'));
    expect(thrownBy(() => framer.next())).toMatchObject({
      code: 'malformed-length',
      offset: 4,
      statement: 'MQTT-4.8.0-1',
    });
  });
});

describe('a decoder that has failed once stays failed', () => {
  test('after a bad header', () => {
    const framer = new Framer();
    framer.push(concat(ping, hex('c100'), ping));
    expect(framer.next()?.type).toBe(12);
    const error = thrownBy(() => framer.next());
    expect(error).toBeInstanceOf(DecodeError);
    framer.push(ping);
    expect(thrownBy(() => framer.next())).toBe(error);
    expect(thrownBy(() => [...framer])).toBe(error);
  });

  test('after a bad body: nothing queued behind it is delivered', () => {
    const framer = new Framer();
    framer.push(concat(hex('9003000103'), publish));
    const frame = framer.next();
    const error = thrownBy(() => frame && decodeSuback(frame));
    expect(error).toMatchObject({ code: 'bad-return-code', offset: 4 });
    expect(thrownBy(() => framer.next())).toBe(error);
    framer.push(publish);
    expect(thrownBy(() => framer.next())).toBe(error);
  });

  test('and holds on to nothing that is pushed afterwards', () => {
    const framer = new Framer();
    framer.push(hex('ff'));
    expect(() => framer.next()).toThrow(DecodeError);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) framer.push(new Uint8Array(0).subarray(0), 0, 0);
    const chunk = new Uint8Array(65536);
    for (let i = 0; i < 100; i++) framer.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000);
  });
});

test('offsets count the header as it was written, however long', () => {
  const framer = new Framer();
  framer.push(hex('90 838000 0001 03'));
  const frame = framer.next();
  expect(frame?.headerSize).toBe(4);
  expect(thrownBy(() => frame && decodeSuback(frame))).toMatchObject({ code: 'bad-return-code', offset: 6 });
});

test('a Frame made by hand needs no headerSize', () => {
  const bytes = hex('0001 03');
  expect(thrownBy(() => decodeSuback({ type: 9, flags: 0, bytes, start: 0, end: 3 }))).toMatchObject({ offset: 4 });
  const later = new Uint8Array(1003);
  later.set(bytes, 1000);
  expect(thrownBy(() => decodeSuback({ type: 9, flags: 0, bytes: later, start: 1000, end: 1003 }))).toMatchObject({
    offset: 4,
  });
  const long = new Uint8Array(200);
  expect(thrownBy(() => decodeSuback({ type: 9, flags: 0, bytes: long, start: 0, end: 200 }))).toMatchObject({
    offset: 3,
  });
  const longer = new Uint8Array(20_000);
  expect(thrownBy(() => decodeSuback({ type: 9, flags: 0, bytes: longer, start: 0, end: 20_000 }))).toMatchObject({
    offset: 4,
  });
  const longest = new Uint8Array(2_100_000);
  expect(thrownBy(() => decodeSuback({ type: 9, flags: 0, bytes: longest, start: 0, end: 2_100_000 }))).toMatchObject({
    offset: 5,
  });
});

test('an iterator of a Framer is iterable and can be left and taken up again', () => {
  const framer = new Framer();
  framer.push(concat(ping, ping, ping));
  for (const _frame of framer) break;
  const iterator = framer[Symbol.iterator]();
  expect(iterator[Symbol.iterator]()).toBe(iterator);
  expect([...iterator].length).toBe(2);
});

describe('memory of our own, for packets that lie across chunks', () => {
  /** The frame of a packet that came in two chunks, each of which has something else in front. */
  function across(framer: Framer, packet: Uint8Array, cut: number) {
    framer.push(concat(new Uint8Array(50), packet.subarray(0, cut)), 50);
    expect(framer.next()).toBeUndefined();
    framer.push(concat(new Uint8Array(70), packet.subarray(cut)), 70);
    const frame = framer.next();
    if (frame === undefined) throw new Error('no frame');
    const place = { bytes: frame.bytes, start: frame.start, end: frame.end };
    expect(frame.bytes.subarray(frame.start, frame.end)).toEqual(
      packet.subarray(packet.length - (frame.end - frame.start)),
    );
    expect(framer.next()).toBeUndefined();
    return place;
  }

  test('is its own for each of them: a payload that is kept holds no other packet in memory', () => {
    const framer = new Framer();
    const places = Array.from({ length: 40 }, (_, i) => across(framer, publish, 1 + (i % (publish.length - 1))));
    expect(new Set(places.map(({ bytes }) => bytes.buffer)).size).toBe(40);
    for (const { bytes, start } of places) expect([bytes.length, start]).toEqual([128, 2]);
  });

  test.each([250, 300, 400, 1000])('is no larger than a packet of %i bytes, once it is whole', (size) => {
    const packet = encodePublish({ topicName: 't', payload: new Uint8Array(size - 6) });
    expect(packet.length).toBe(size);
    expect(across(new Framer(), packet, 200).bytes.length).toBe(size);
  });

  test('is let go when a large one has been read', () => {
    const framer = new Framer();
    across(framer, encodePublish({ topicName: 't', payload: new Uint8Array(100_000) }), 60_000);
    expect(across(framer, publish, 5).bytes.length).toBe(128);
  });
});
