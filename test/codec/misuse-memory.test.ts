import {
  decodePublish,
  encodeConnect,
  encodeConnectInto,
  encodePublish,
  encodePublishInto,
  Framer,
  PublishView,
  preparePublish,
} from '@mote/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hex, toHex } from './support/bytes.ts';
import { ALL, isUntouched, madeBy, target } from './support/encoders.ts';
import { thrownBy } from './support/expect.ts';

// Memory that is payload and target at once, that grows, shrinks, or goes away: what is encoded and decoded is right, or an error.

describe('memory that is used twice', () => {
  test('a payload may lie in its target, wherever', () => {
    const prepared = preparePublish({ topicName: 'a/topic/of/some/length', qos: 1 });
    fc.assert(
      fc.property(fc.nat(300), fc.nat(200), fc.nat(300), fc.boolean(), (from, size, at, isPrepared) => {
        const into = Uint8Array.from({ length: 700 }, (_, i) => i * 7);
        const payload = into.subarray(from, from + size);
        const fields = { topicName: 'a/topic/of/some/length', qos: 1, packetId: 7 } as const;
        const expected = toHex(encodePublish({ ...fields, payload: payload.slice() }));
        const end = isPrepared
          ? prepared.encodeInto(payload, 7, into, at)
          : encodePublishInto({ ...fields, payload }, into, at);
        expect(toHex(into.subarray(at, end))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('a password and a Will Message may lie in the target, too', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(80), fc.nat(60), (from, other, size, at) => {
        const into = Uint8Array.from({ length: 500 }, (_, i) => i * 3);
        const connect = {
          clientId: 'c',
          userName: 'u',
          password: into.subarray(from, from + size),
          will: { topicName: 'w', message: into.subarray(other, other + size) },
        };
        const expected = toHex(encodeConnect(connect));
        const end = encodeConnectInto(connect, into, at);
        expect(toHex(into.subarray(at, end))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('what was encoded is not changed by what is encoded later', () => {
    const made = ALL.flatMap(({ kind, way }) => {
      const bytes = way.run(kind.make() as never, target(), 0);
      return bytes instanceof Uint8Array ? [{ bytes, copy: bytes.slice() }] : [];
    });
    for (const { kind, way } of ALL) madeBy(way, kind.make());
    expect(made.length).toBe(28);
    for (const { bytes, copy } of made) expect(bytes).toEqual(copy);
  });

  test('when a packet is transferred away, those that are encoded afterwards are whole', () => {
    const fields = { topicName: 'a/b', payload: hex('0102') };
    for (let i = 0; i < 3; i++) {
      const { buffer } = encodePublish(fields);
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      expect(toHex(encodePublish(fields))).toBe('30070003612f620102');
    }
  });

  test('only a PUBLISH lies in shared memory, and one of more than 1,024 bytes does not', () => {
    for (const { kind, way } of ALL) {
      const bytes = way.run(kind.make() as never, target(), 0);
      if (!(bytes instanceof Uint8Array)) continue;
      expect(bytes.buffer.byteLength, way.name).toBe(kind.name === 'Publish' ? 8192 : bytes.length);
    }
    const size = 1024 - 6;
    expect(encodePublish({ topicName: 'a', payload: new Uint8Array(size) }).buffer.byteLength).toBe(8192);
    expect(encodePublish({ topicName: 'a', payload: new Uint8Array(size + 1) }).buffer.byteLength).toBe(1025);
  });
});

/** A buffer whose size can change, with an array that follows it and one that does not. */
function resizable(size: number, most: number) {
  const buffer = new (ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer)(size, {
    maxByteLength: most,
  }) as ArrayBuffer & { resize(size: number): void };
  return { buffer, following: new Uint8Array(buffer), fixed: new Uint8Array(buffer, 0, size) };
}

function transferred(bytes: Uint8Array): Uint8Array {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
  return bytes;
}

describe('memory that changes its size, or goes away', () => {
  const topicName = 'devices/meter-7/messages';
  const packet = () => encodePublish({ topicName, payload: hex('010203') }).slice();

  test('what has grown is read to its new end', () => {
    const view = new PublishView();
    const { buffer, following } = resizable(50, 400);
    const framer = new Framer();
    for (let grown = 1; grown < 6; grown++) {
      for (let time = 0; time < 3; time++) {
        const at = following.length - packet().length;
        following.set(packet(), at);
        framer.push(following, at);
        const frame = framer.next()!;
        expect(decodePublish(frame)).toMatchObject({ topicName, payload: hex('010203') });
        expect(view.read(frame).topicName).toBe(topicName);
        expect(view.payload).toEqual(hex('010203'));
      }
      buffer.resize(50 + 60 * grown);
    }
  });

  test('what has grown is written to its new end', () => {
    const { buffer, following } = resizable(50, 400);
    const prepared = preparePublish({ topicName });
    const expected = toHex(packet());
    for (let grown = 1; grown < 6; grown++) {
      for (let time = 0; time < 3; time++) {
        const at = following.length - packet().length;
        expect(encodePublishInto({ topicName, payload: hex('010203') }, following, at)).toBe(following.length);
        expect(toHex(following.subarray(at))).toBe(expected);
        following.fill(0, at);
        expect(prepared.encodeInto(hex('010203'), undefined, following, at)).toBe(following.length);
        expect(toHex(following.subarray(at))).toBe(expected);
      }
      buffer.resize(50 + 60 * grown);
    }
  });

  test('what has shrunk has no room, and nothing is written', () => {
    const prepared = preparePublish({ topicName });
    for (const which of ['following', 'fixed'] as const) {
      const { buffer, [which]: into } = resizable(100, 100);
      prepared.encodeInto(hex('01'), undefined, into, 0);
      buffer.resize(10);
      new Uint8Array(buffer).fill(target()[0]!);
      expect(thrownBy(() => prepared.encodeInto(hex('01'), undefined, into, 0))).toMatchObject({ code: 'no-room' });
      expect(thrownBy(() => encodePublishInto({ topicName, payload: hex('01') }, into, 0))).toMatchObject({
        code: 'no-room',
      });
      expect(isUntouched(new Uint8Array(buffer))).toBe(true);
    }
    const gone = transferred(new Uint8Array(100));
    expect(thrownBy(() => prepared.encodeInto(hex('01'), undefined, gone, 0))).toMatchObject({ code: 'no-room' });
  });

  test('a payload whose memory has gone is a TypeError, not an empty message', () => {
    const prepared = preparePublish({ topicName });
    const { buffer, fixed } = resizable(8, 8);
    buffer.resize(2);
    for (const payload of [transferred(new Uint8Array(8)), fixed]) {
      const into = target();
      for (const run of [
        () => encodePublish({ topicName, payload }),
        () => encodePublishInto({ topicName, payload }, into, 0),
        () => prepared.encodeInto(payload, undefined, into, 0),
        () => encodeConnect({ clientId: 'c', userName: 'u', password: payload }),
        () => encodeConnect({ clientId: 'c', will: { topicName: 'w', message: payload } }),
      ]) {
        expect(thrownBy(run)).toBeInstanceOf(TypeError);
      }
      expect(isUntouched(into)).toBe(true);
    }
  });

  test('a chunk that goes before it has been read is a RangeError: it is not the peer who is at fault', () => {
    const whole = new Framer();
    const chunk = packet();
    whole.push(chunk);
    transferred(chunk);
    expect(thrownBy(() => whole.next())).toBeInstanceOf(RangeError);

    const framer = new Framer();
    const second = packet();
    framer.push(packet().subarray(0, 10));
    expect(framer.next()).toBeUndefined();
    framer.push(second, 10);
    transferred(second);
    expect(thrownBy(() => framer.next())).toBeInstanceOf(RangeError);

    const third = packet();
    const reading = new Framer();
    reading.push(third);
    const frame = reading.next()!;
    transferred(third);
    expect(thrownBy(() => decodePublish(frame))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => new PublishView().read(frame))).toBeInstanceOf(RangeError);
  });
});
