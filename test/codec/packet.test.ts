import * as codec from '@mote/codec';
import { decode, decodePacket, encodePacket, encodePacketInto, Framer, PublishView, packetSize } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex, toHex } from './support/bytes.ts';
import { frameOf, thrownBy } from './support/expect.ts';

const ONE_OF_EACH = [
  '100d00044d5154540402000000 0161',
  '20020000',
  '3003000161',
  '40020001',
  '50020001',
  '62020001',
  '70020001',
  '8206000100016100',
  '9003000100',
  'a2050001000161',
  'b0020001',
  'c000',
  'd000',
  'e000',
].map(hex);

test('the fourteen types have the numbers of table 2.1', () => {
  const names =
    'CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT';
  expect(names.split(' ').map((name) => (codec as Record<string, unknown>)[name])).toEqual(
    Array.from({ length: 14 }, (_, i) => i + 1),
  );
});

test.each(ONE_OF_EACH.map((bytes) => [toHex(bytes), bytes] as const))(
  '%s goes through the switch both ways [MQTT-2.2.2-1]',
  (_hex, bytes) => {
    const packet = decode(bytes);
    expect(packet).toEqual(decodePacket(frameOf(bytes)));
    expect(packet.type).toBe((bytes[0] ?? 0) >> 4);
    expect(encodePacket(packet)).toEqual(bytes);
    expect(packetSize(packet)).toBe(bytes.length);
    expect(encodePacketInto(packet, new Uint8Array(20), 2)).toBe(2 + bytes.length);
  },
);

test.each([
  ['nothing', '', 0, 0],
  ['a first byte', '30', 3, 1],
  ['half a packet', '30050003 61', 3, 5],
])('decode wants the whole packet: %s', (_title, digits, packetType, offset) => {
  expect(thrownBy(() => decode(hex(digits)))).toMatchObject({ code: 'truncated', packetType, offset });
});

test('decode wants one packet and nothing behind it', () => {
  expect(thrownBy(() => decode(hex('c000 c000')))).toMatchObject({ code: 'trailing-bytes', packetType: 12, offset: 2 });
});

test.each([
  ['4002 0000 c000', { code: 'bad-packet-id', offset: 2 }],
  ['2002 0009 c000', { code: 'bad-return-code', offset: 3 }],
  ['3003 0001 23 00', { code: 'bad-topic', offset: 4 }],
  ['3003 0005 61 ff', { code: 'truncated', offset: 2 }],
  ['9003 0001 03 ff', { code: 'bad-return-code', offset: 4 }],
])('what is wrong in the packet is said before what follows it, as by a Framer: %s', (digits, expected) => {
  const framer = new Framer();
  framer.push(hex(digits));
  for (const run of [() => decode(hex(digits)), () => decodePacket(framer.next()!)])
    expect(thrownBy(run)).toMatchObject(expected);
});

test('decode takes a packet of any size', () => {
  const bytes = new Uint8Array(300_000).fill(0x61);
  bytes.set(hex('30dca712 0001'));
  expect(bytes.length).toBe(300_000);
  expect(decode(bytes)).toMatchObject({ topicName: 'a' });
});

test('a packet without a type that exists is refused', () => {
  for (const type of [0, 15, undefined, null, '3', 'constructor', 1.5, {}]) {
    for (const run of [
      () => encodePacket({ type } as never),
      () => encodePacketInto({ type } as never, new Uint8Array(20), 0),
      () => packetSize({ type } as never),
    ]) {
      expect(thrownBy(run)).toMatchObject({ name: 'EncodeError', code: 'bad-packet-type' });
    }
  }
});

test('a packet that must not exist has no size', () => {
  expect(thrownBy(() => packetSize({ type: 4, packetId: 0 }))).toMatchObject({ code: 'bad-packet-id' });
  expect(thrownBy(() => packetSize({ type: 3, topicName: '#', payload: hex('') }))).toMatchObject({
    code: 'bad-topic',
  });
});

test('the reserved flags are those of the table whatever the caller passes [MQTT-2.2.2-1]', () => {
  const extra = { flags: 15, dup: true, retain: true, qos: 2 };
  for (const bytes of ONE_OF_EACH) {
    const packet = decode(bytes);
    if (packet.type !== 3) expect(encodePacket({ ...extra, ...packet } as never)[0]).toBe(bytes[0]);
  }
});

test('a Frame made by hand is judged like one of a Framer', () => {
  const frame = (type: number, digits: string) => ({
    type,
    flags: 0,
    bytes: hex(digits),
    start: 0,
    end: hex(digits).length,
  });
  for (const type of [0, 15]) {
    expect(thrownBy(() => decodePacket(frame(type, '') as never))).toMatchObject({
      code: 'bad-packet-type',
      offset: 0,
    });
  }
  for (const type of [2, 4, 5, 6, 7, 11]) {
    expect(thrownBy(() => decodePacket(frame(type, '000000') as never))).toMatchObject({
      code: type === 2 ? 'trailing-bytes' : 'bad-packet-id',
    });
    expect(thrownBy(() => decodePacket(frame(type, '000100') as never))).toMatchObject({
      code: 'trailing-bytes',
      offset: 4,
    });
    expect(thrownBy(() => decodePacket(frame(type, '00') as never))).toMatchObject({ code: 'truncated' });
    expect(thrownBy(() => decodePacket(frame(type, '') as never))).toMatchObject({ code: 'truncated', offset: 2 });
  }
  for (const type of [12, 13, 14]) {
    expect(decodePacket(frame(type, '') as never)).toEqual({ type });
    expect(thrownBy(() => decodePacket(frame(type, '00') as never))).toMatchObject({
      code: 'trailing-bytes',
      offset: 2,
    });
  }
  for (const [flags, code] of [
    [6, 'bad-qos'],
    [14, 'bad-qos'],
    [8, 'bad-flags'],
    [9, 'bad-flags'],
  ] as const) {
    const publish = { ...frame(3, '0001610001'), flags };
    expect(thrownBy(() => decodePacket(publish as never))).toMatchObject({ code, offset: 0 });
    expect(thrownBy(() => new PublishView().read(publish as never))).toMatchObject({ code, offset: 0 });
  }
});
