import { readFileSync } from 'node:fs';
import { encodePacket, type Packet } from '@mote/codec';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { packet } from './support/arbitraries.ts';
import { hex, toHex } from './support/bytes.ts';
import { read } from './support/read.ts';
import { bytesOf, malformed, valid } from './support/vectors.ts';

// The other side is mqtt-packet 9.0.2, which shares no code with this one. docs/compatibility.md lists where it differs.

const docs = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');

const NAMES =
  ' connect connack publish puback pubrec pubrel pubcomp subscribe suback unsubscribe unsuback pingreq pingresp disconnect'.split(
    ' ',
  );

/** The packet in the words of mqtt-packet. */
function theirs(packet: Packet): mqttPacket.Packet {
  const cmd = NAMES[packet.type];
  switch (packet.type) {
    case 1: {
      const { clientId, cleanSession, keepAlive, will, userName, password } = packet;
      return {
        cmd,
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: cleanSession,
        clientId,
        keepalive: keepAlive,
        will: will && { topic: will.topicName, payload: Buffer.from(will.message), qos: will.qos, retain: will.retain },
        username: userName,
        password: password && Buffer.from(password),
      } as mqttPacket.Packet;
    }
    case 2:
      return { cmd, sessionPresent: packet.sessionPresent, returnCode: packet.returnCode } as mqttPacket.Packet;
    case 3: {
      const { topicName, payload, qos, dup, retain, packetId } = packet;
      return {
        cmd,
        topic: topicName,
        payload: Buffer.from(payload),
        qos,
        dup,
        retain,
        messageId: packetId,
      } as mqttPacket.Packet;
    }
    case 8:
      return {
        cmd,
        messageId: packet.packetId,
        subscriptions: packet.subscriptions.map(({ topicFilter, qos }) => ({ topic: topicFilter, qos })),
      } as mqttPacket.Packet;
    case 9:
      return { cmd, messageId: packet.packetId, granted: [...packet.returnCodes] } as mqttPacket.Packet;
    case 10:
      return { cmd, messageId: packet.packetId, unsubscriptions: [...packet.topicFilters] } as mqttPacket.Packet;
    default:
      return { cmd, messageId: 'packetId' in packet ? packet.packetId : undefined } as unknown as mqttPacket.Packet;
  }
}

function theirVerdict(bytes: Uint8Array): { kind: 'accept' | 'reject' | 'incomplete'; packets: mqttPacket.Packet[] } {
  const parser = mqttPacket.parser({ protocolVersion: 4 } as never);
  const packets: mqttPacket.Packet[] = [];
  let failed = false;
  parser.on('packet', (each) => packets.push(each));
  parser.on('error', () => {
    failed = true;
  });
  parser.parse(Buffer.from(bytes));
  return { kind: failed ? 'reject' : packets.length > 0 ? 'accept' : 'incomplete', packets };
}

/** mqtt-packet wants a user name that is not empty before it writes a password. */
const writable = packet.filter((each) => each.type !== 1 || each.userName !== '');

test('mqtt-packet writes the same bytes for any packet', () => {
  fc.assert(
    fc.property(writable, (each) => {
      expect(toHex(encodePacket(each))).toBe(toHex(mqttPacket.generate(theirs(each))));
    }),
    { numRuns: 500 },
  );
});

test('mqtt-packet reads the same fields from any packet we write', () => {
  fc.assert(
    fc.property(packet, (each) => {
      const { kind, packets } = theirVerdict(encodePacket(each));
      expect(kind).toBe('accept');
      const [seen] = packets;
      for (const [key, value] of Object.entries(theirs(each))) {
        if (value === undefined || key === 'protocolId' || key === 'protocolVersion') continue;
        expect(plain((seen as unknown as Record<string, unknown>)[key], value)).toEqual(value);
      }
    }),
    { numRuns: 300 },
  );
});

test('mqtt-packet accepts every valid vector that we accept', () => {
  for (const vector of valid)
    expect([vector.name, theirVerdict(bytesOf(vector)).kind]).toEqual([vector.name, 'accept']);
});

test('what mqtt-packet takes of what the standard forbids is what docs/compatibility.md says, and we refuse it', () => {
  const counts = new Map<string, { all: number; taken: number }>();
  const forbidden = malformed.filter((vector) => vector.expected === 'reject');
  for (const vector of forbidden) {
    const verdict = read([bytesOf(vector)]);
    if (verdict.kind !== 'reject') expect.fail(vector.name);
    const count = counts.get(verdict.error.code) ?? { all: 0, taken: 0 };
    count.all++;
    if (theirVerdict(bytesOf(vector)).kind === 'accept') count.taken++;
    counts.set(verdict.error.code, count);
  }
  const taken = [...counts.values()].reduce((sum, count) => sum + count.taken, 0);
  expect(docs.replaceAll('\n', ' ')).toContain(`Of ${forbidden.length} packets`);
  expect(docs).toContain(`mqtt-packet takes ${taken} as valid`);
  const rows = [...docs.matchAll(/^\| `([a-z-]+)` \| (\d+) of (\d+) \|/gm)];
  expect(new Map(rows.map(([, code, some, all]) => [code, { taken: Number(some), all: Number(all) }]))).toEqual(counts);
});

test('the examples of docs/compatibility.md are as it says', () => {
  for (const [, digits = ''] of docs.matchAll(/of \d+ \| `([0-9a-f]+)`/g)) {
    expect([digits, theirVerdict(hex(digits)).kind, read([hex(digits)]).kind]).toEqual([digits, 'accept', 'reject']);
  }
  for (const digits of ['c08000', '300500026109 78', '30070004 61efbfbd 78']) {
    expect([theirVerdict(hex(digits)).kind, read([hex(digits)]).kind]).toEqual(['accept', 'accept']);
  }
  expect([theirVerdict(hex('20ffffff7f')).kind, read([hex('20ffffff7f')]).kind]).toEqual(['incomplete', 'reject']);
});

test.each([
  ['ill-formed UTF-8 in a topic', '30 06 0003 612f80 78'],
  ['U+0000 in a topic', '30 06 0003 610062 78'],
  ['a wildcard in a topic', '30 06 0003 612f23 78'],
  ['Packet Identifier 0', '40 02 0000'],
  ['a filter with an ill-placed wildcard', '82 07 0001 0002 612b 00'],
])('mqtt-packet takes %s, we do not', (_title, digits) => {
  expect(theirVerdict(hex(digits)).kind).toBe('accept');
  expect(read([hex(digits)]).kind).toBe('reject');
});

/** Their objects carry keys of MQTT 5; only what was asked for counts. */
function plain(seen: unknown, asked: unknown): unknown {
  if (Buffer.isBuffer(seen) && Buffer.isBuffer(asked)) return Buffer.from(seen);
  if (Array.isArray(seen) && Array.isArray(asked)) return seen.map((each, i) => plain(each, asked[i]));
  if (typeof seen !== 'object' || typeof asked !== 'object' || seen === null || asked === null || Buffer.isBuffer(seen))
    return seen;
  return Object.fromEntries(Object.keys(asked).map((key) => [key, plain((seen as never)[key], (asked as never)[key])]));
}
