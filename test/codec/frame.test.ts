import { encodeConnack, encodeConnect, encodePublish, Framer } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { copyPart, requireMemory } from '../../packages/codec/src/frame.ts';
import { hex, toHex } from './support/bytes.ts';

describe('copyPart', () => {
  /** Counts how often it is filled by `set`, which needs a view of the source. */
  class Counting extends Uint8Array {
    sets = 0;
    override set(from: ArrayLike<number>, at?: number): void {
      this.sets++;
      super.set(from, at);
    }
  }
  const from = Uint8Array.from({ length: 300 }, (_, at) => at % 251);

  test.each([
    [0, 0],
    [0, 64],
    [0, 65],
    [100, 164],
    [100, 165],
    [10, 250],
  ])('copies the bytes from %i to %i, and none in front or behind', (start, end) => {
    const to = new Counting(300).fill(0xee);
    copyPart(from, start, end, to, 7);
    const length = end - start;
    expect([...to.subarray(7, 7 + length)]).toEqual([...from.subarray(start, end)]);
    expect([...to.subarray(0, 7), ...to.subarray(7 + length)].every((byte) => byte === 0xee)).toBe(true);
    // Up to 64 bytes a loop is faster than the view.
    expect(to.sets).toBe(length > 64 ? 1 : 0);
  });
});

test('memory that is gone is named with the bytes that are needed and those that are there', () => {
  expect(() => requireMemory(new Uint8Array(3), 10)).toThrow(new RangeError('bytes: length 10 is needed, not 3'));
  expect(() => requireMemory(new Uint8Array(3), 4)).toThrow(RangeError);
  requireMemory(new Uint8Array(3), 3);
});

test('a packet of which a part is missing is waited for, though others lie in front of it in the memory of the Framer', () => {
  const framer = new Framer();
  // Three chunks without a look at them are gathered; the last packet there lacks four bytes.
  for (const chunk of ['3004', '00016131c00030080001', '61']) framer.push(hex(chunk));
  const types: number[] = [];
  for (let frame = framer.next(); frame; frame = framer.next()) types.push(frame.type);
  expect(types).toEqual([3, 12]);
  expect(framer.next()).toBeUndefined();
  framer.push(hex('6162636465'));
  const { bytes, start, end } = framer.next()!;
  expect(toHex(bytes.subarray(start, end))).toBe('0001616162636465');
});

describe('a field that is refused because of another one is named', () => {
  const CONNECT = { clientId: 'c', cleanSession: true, keepAlive: 0 } as const;
  const WILL = { topicName: 'w', message: new Uint8Array(0), qos: 0, retain: false } as const;
  const PUBLISH = { topicName: 'a', payload: new Uint8Array(0), qos: 0, retain: false, dup: false } as const;
  test.each<[field: string, encode: () => unknown]>([
    ['sessionPresent', () => encodeConnack({ sessionPresent: true, returnCode: 5 })],
    ['clientId', () => encodeConnect({ ...CONNECT, clientId: '', cleanSession: false })],
    ['clientId', () => encodeConnect({ ...CONNECT, clientId: '\ud800' })],
    ['password', () => encodeConnect({ ...CONNECT, password: new Uint8Array(1) })],
    ['password', () => encodeConnect({ ...CONNECT, userName: 'u', password: new Uint8Array(65_536) })],
    ['userName', () => encodeConnect({ ...CONNECT, userName: '\ud800' })],
    ['will.topicName', () => encodeConnect({ ...CONNECT, will: { ...WILL, topicName: '#' } })],
    ['will.message', () => encodeConnect({ ...CONNECT, will: { ...WILL, message: new Uint8Array(65_536) } })],
    ['will.qos', () => encodeConnect({ ...CONNECT, will: { ...WILL, qos: 3 as 0 } })],
    ['will: an object is needed', () => encodeConnect({ ...CONNECT, will: 'w' as never })],
    ['dup', () => encodePublish({ ...PUBLISH, dup: true } as never)],
    ['packetId 7', () => encodePublish({ ...PUBLISH, packetId: 7 } as never)],
  ])('%s', (field, encode) => {
    expect(encode).toThrow(field);
  });
});
