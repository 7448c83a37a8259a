import { inspect } from 'node:util';
import { DecodeError, decode, EncodeError, encodePuback, encodePubackInto } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from './support/bytes.ts';
import { thrownBy } from './support/expect.ts';

test('a DecodeError is an Error with a name, a stack and a message that says where', () => {
  const error = thrownBy(() => decode(hex('36050003616263')));
  expect(error).toBeInstanceOf(DecodeError);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(EncodeError);
  expect((error as Error).message).toBe('bad-qos at byte 0 of packet type 3 [MQTT-3.3.1-4]');
  expect(String(error)).toBe('DecodeError: bad-qos at byte 0 of packet type 3 [MQTT-3.3.1-4]');
  expect((error as Error).stack).toContain('error.test.ts');
  expect(Object.prototype.toString.call(error)).toBe('[object Error]');
  expect((error as Error).constructor).toBe(DecodeError);
  expect(Object.keys(error as Error)).toEqual(['code', 'statement', 'offset', 'packetType']);
  expect(inspect(error)).toContain("code: 'bad-qos'");
});

test('an EncodeError says which statement the packet would break, or how many bytes it needs', () => {
  const error = thrownBy(() => encodePuback({ packetId: 0 }));
  expect(String(error)).toBe('EncodeError: bad-packet-id: packetId 0 [MQTT-2.3.1-1]');
  expect(error).toBeInstanceOf(EncodeError);
  expect(error).not.toBeInstanceOf(DecodeError);
  for (const at of [0, 3]) {
    const noRoom = thrownBy(() => encodePubackInto({ packetId: 1 }, new Uint8Array(at + 3), at));
    expect(String(noRoom)).toBe(`EncodeError: no-room: 4 bytes needed at ${at}`);
    expect(noRoom).toMatchObject({ needed: 4, statement: undefined });
  }
});

test('errors can be made by others, to test what handles them', () => {
  const error = new DecodeError('truncated', ' somewhere', '4.8.0-1', { offset: 7, packetType: 3 });
  expect(error).toMatchObject({ code: 'truncated', offset: 7, packetType: 3, statement: 'MQTT-4.8.0-1' });
});
