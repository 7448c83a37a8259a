import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexOf } from '../../../packages/cli/src/packets/hex.ts';
import { inspect } from '../../../packages/cli/src/packets/inspected-packet.ts';
import { MORE_TEXTS } from '../../../packages/cli/src/packets/more-texts.ts';
import { readContent, readWords } from '../../../packages/cli/src/packets/read-content.ts';
import type { More } from '../../../packages/cli/src/packets/read-text.ts';
import fixture from './fixtures/forms.json' with { type: 'json' };

// The same three packets as each of these tools, languages and loggers prints them: a PUBLISH whose topic has an accent, a quote and a
// percent sign, and whose payload has brackets and a negative number; then a PUBACK and a PINGRESP.
const PACKETS = fixture.packets;
const BYTES = PACKETS.join('');
const FAMILIES = Object.entries(fixture.forms as Readonly<Record<string, Readonly<Record<string, string>>>>);
const CUT = Object.entries(fixture.cut);

const packetsOf = (text: string, more?: More): string[] =>
  inspect(readContent(new TextEncoder().encode(text), more).pieces).map(({ bytes }) => hexOf(bytes));
const outcome = (text: string, more?: More): string => {
  try {
    return readWords(text, more)
      .pieces.map(({ bytes }) => hexOf(bytes))
      .join(' ');
  } catch (error) {
    return (error as Error).message;
  }
};

describe.each(FAMILIES)('three packets as people paste them: %s', (_family, forms) => {
  test.each(Object.entries(forms))('%s', (_name, text) => expect(packetsOf(text, MORE_TEXTS)).toEqual(PACKETS));

  test.each(Object.entries(forms))('%s, with the line ends of Windows', (_name, text) =>
    expect(packetsOf(text.replaceAll(/(?<!\r)\n/g, '\r\n'), MORE_TEXTS)).toEqual(PACKETS),
  );
});

// The size of the page has a bound.
test('what the page leaves to the command is named, and nothing else is missing from it', () => {
  const missing = FAMILIES.flatMap(([, forms]) =>
    Object.entries(forms)
      .filter(([, text]) => outcome(text) !== outcome(text, MORE_TEXTS))
      .map(([name]) => name),
  );
  expect(missing.sort()).toEqual([
    'base32',
    'base32 lower',
    'base32 no padding',
    'base32 wrapped',
    'cat -v',
    'delphi string',
    'haskell show',
    'plist',
    'rsyslog #ooo',
    'windows reg',
  ]);
});

// Of a pattern that begins anew at each label, quote or caret the time would grow with the square of the length.
test.each([
  ['labels', 'cmd: '.repeat(30_000)],
  ['labels before an escape of rsyslog', `${'a: '.repeat(30_000)}#00`],
  ['carets', '^@'.repeat(50_000)],
  ['quotes', "'".repeat(50_001)],
  ['escapes of Haskell', `"${'\\NUL'.repeat(50_000)}`],
])('a long line of %s is refused within the time of a test', (_name, text) => {
  expect(outcome(text, MORE_TEXTS)).toContain('neither hex nor base64');
});

// Nested repetitions in one pattern made this take longer than a day.
test('hex behind an angle bracket that is never closed is refused or read at once', () => {
  expect(outcome(`<${'ab'.repeat(60)}`, MORE_TEXTS)).toBe('ab'.repeat(60));
});

describe('bytes that the tool cut', () => {
  test.each(CUT)('%s: what is there is read, and a note says that there was more', (_name, text) => {
    const { pieces, notes } = readWords(text, MORE_TEXTS);
    const found = pieces.map(({ bytes }) => hexOf(bytes)).join('');
    expect(found).not.toBe('');
    expect(BYTES.startsWith(found)).toBe(true);
    expect(notes.join()).toMatch(/\bcut\b|says that it has \d+ bytes; \d+ are there/);
  });
});

describe('a text without bytes says what it is and how to get them', () => {
  test.each([
    [`1700000000: Received PUBLISH from dev1 (d0, q1, r0, m1, 'a/b', ... (22 bytes))`, '`mote explain`'],
    ['1700000000: Sending CONNACK to dev1 (0, 5)', 'tcpdump'],
    ['Client null sending CONNECT\nClient null received CONNACK (0)\n', '`mote explain`'],
    ["Sending CONNECT (u1, p1, wr0, wq0, wf0, c1, k60) client_id=b'dev1'\nReceived CONNACK (0, 0)", '`mote explain`'],
    ["DEBUG:paho:Received PUBLISH (d0, q1, r0, m1), 'a/b', ...  (22 bytes)", '`mote explain`'],
    ['20231127 120000.123 3 dev1 -> PUBLISH msgid: 1 qos: 1 retained: 0 rc 0 payload len(22): hello', '`mote explain`'],
    ['  mqttjs:client _handleConnack +0ms\n  mqttjs:client connack received\n', '`mote explain`'],
    ["Packet {\n  cmd: 'publish',\n  qos: 0,\n  topic: 'a/b',\n  payload: <Buffer 7b 7d>\n}", 'MQTT.js'],
    ["mqtt-packet:writeToStream generatePublish: packet: { cmd: 'publish', payload: <Buffer 68 69> }", 'MQTT.js'],
    ['[MQTT] dev1@10.0.0.1:5000 msg: mqtt_packet_received, packet: CONNECT(Q0, R0, D0)', '`mote explain`'],
    ['2026-11-27 12:00:00,000 - Received PUBLISH from client dev1 on topic a/b QoS 1', '`mote explain`'],
    ['    4 0.001234 10.0.0.1 → 10.0.0.2 MQTT 70 Connect Ack', 'tcpdump -w'],
    ['12:00:00.1 IP 10.0.0.1.1883 > 10.0.0.2.50000: Flags [P.], seq 1:5, ack 20, win 502, length 4', 'tcpdump -w'],
    ['rx: [B@1b6d3586', 'formatHex'],
    ['java.nio.HeapByteBuffer[pos=0 lim=42 cap=42]', 'hexDump'],
    ['PooledUnsafeDirectByteBuf(ridx: 0, widx: 42, cap: 2048)', 'hexDump'],
    ['System.Byte[]', 'Convert.ToHexString'],
    ['System.ReadOnlyMemory<Byte>[42]', 'Convert.ToHexString'],
    ['[object ArrayBuffer]', 'toString("hex")'],
    ['<memory at 0x7f1c2c0b5d00>', '.hex()'],
    ['42 bytes', 'Array(data)'],
    ['Nov 27 12:00:00 gw mqttd[123]: [42B blob data]', 'journalctl -o json'],
    ['E..8.@.@......2!..é/a"b%..{"t":21.5,"h":[40,-1]}@...', 'copy them as hex'],
    ['0000000   151003440  1885693282\n0000010\n', 'od -A x -t x1z'],
  ])('%j', (text, advice) => expect(outcome(text, MORE_TEXTS)).toContain(advice));

  test.each([
    ['20 02 00 05', 'Received CONNACK: 20 02 00 05'],
    ['20 02 00 05', "rx cmd: 'connack', 20 02 00 05"],
    ['20 02 00 05', '[object Object] 20 02 00 05'],
    ['30 2a 00 07', 'rx: 30 2a 00 07 ... (44 bytes)'],
  ])('but %s are read in %j', (hex, text) => expect(outcome(text, MORE_TEXTS)).toBe(hex.replaceAll(' ', '')));
});

describe('a log of Mbed TLS with keys, checksums and records', () => {
  const row = (text: string) => `ssl_msg.c:1011: |4| 0000:  ${text}`;
  const log = [
    "ssl_msg.c:1011: |4| dumping 'before encrypt: output payload' (4 bytes)",
    row('20 02 00 05                                       ...'),
    "ssl_msg.c:1200: |4| dumping 'IV used (internal)' (12 bytes)",
    row('9d 3a 44 10 00 00 00 00  00 00 00 01              .:D.........').replace('  00 00 00 01', ' 00 00 00 01'),
    "ssl_msg.c:2345: |4| dumping 'output record sent to network' (5 bytes)",
    row('17 03 03 00 1c                                    .....'),
    'ssl_msg.c:2400: |2| <= write record',
  ].join('\n');

  test('gives the packets alone, and says how much else is there', () => {
    const { pieces, notes } = readWords(log);
    expect(pieces.map(({ bytes }) => hexOf(bytes))).toEqual(['20020005']);
    expect(notes).toEqual(['2 dumps without MQTT left out']);
  });
});

// What is found rarely must not change what is found often.
describe('a text keeps its meaning', () => {
  const bytes = fc.uint8Array({ minLength: 2, maxLength: 60 });
  const topic = fc.stringMatching(/^[a-z/]{1,12}$/);
  const packet = fc.tuple(topic, fc.uint8Array({ maxLength: 40 })).map(([name, payload]) => {
    const rest = [0, name.length, ...new TextEncoder().encode(name), ...payload];
    return Uint8Array.from([0x30, rest.length, ...rest]);
  });
  const RUNS = { numRuns: 30 };
  const spaced = (all: Uint8Array) => hexOf(all, ' ');

  test('hex of packets is these packets', () => {
    fc.assert(
      fc.property(packet, (all) => {
        expect(outcome(spaced(all), MORE_TEXTS)).toBe(hexOf(all));
      }),
    );
  });

  test.each<[string, (all: Uint8Array) => string]>([
    ['hex', (all) => hexOf(all)],
    ['hex with blanks', spaced],
    ['base64', (all) => Buffer.from(all).toString('base64')],
    ['base64 for addresses', (all) => Buffer.from(all).toString('base64url')],
    ['a list', (all) => `[${all.join(', ')}]`],
    ['a log line', (all) => `I (12) mqtt: ${spaced(all)}`],
    ['a string of Python', (all) => `b'${Array.from(all, (byte) => `\\x${hexOf(Uint8Array.of(byte))}`).join('')}'`],
    ['a dump', (all) => `00000000: ${spaced(all.subarray(0, 16))}`],
  ])('packets as %s are the same with and without what the command reads beyond the page', (_name, write) => {
    fc.assert(
      fc.property(packet, (all) => {
        const text = write(all);
        expect(outcome(text, MORE_TEXTS)).toBe(outcome(text));
      }),
      RUNS,
    );
  });

  test.each<[string, (all: Uint8Array) => string]>([
    ['hex', spaced],
    ['base64', (all) => Buffer.from(all).toString('base64')],
  ])('so are any bytes as %s that the page reads', (_name, write) => {
    fc.assert(
      fc.property(bytes, (all) => {
        const plain = outcome(write(all));
        fc.pre(/^[0-9a-f ]+$/.test(plain));
        expect(outcome(write(all), MORE_TEXTS)).toBe(plain);
      }),
      RUNS,
    );
  });

  test.each([
    ['a member of JSON is no list', '{"t":21.5,"h":[40,-1]'],
    ['nor is a plain payload', '{"t":21.5,"h":[40,-1]}'],
    ['a time in JSON is no packet', '{"@timestamp":"2026-11-27T12:00:00Z","level":"info","msg":"started","v":"200"}'],
    ['words are no base32', 'the device could not connect again'],
    ['a sentence with a name is no base64', 'Listening on PORTNUMBER8883 for DeviceA1B2C3D4'],
    ['a version is no list', 'mosquitto version 2.0.11 starting'],
  ])('%s', (_name, text) => expect(outcome(text, MORE_TEXTS)).toMatch(/neither hex nor base64|JSON/));

  test.each([
    ['port 1883: 20 02 00 05', '20020005'],
    ['mid 0012: 20 02 00 05', '20020005'],
    ['[1234] rx 20 02 00 05', '20020005'],
  ])('a number before a colon is no offset: %s', (text, hex) => {
    expect(outcome(text, MORE_TEXTS)).toBe(hex);
    expect(readWords(text, MORE_TEXTS).notes).toEqual([]);
  });
});
