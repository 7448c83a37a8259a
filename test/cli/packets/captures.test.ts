import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfHex, hexOf } from '../../../packages/cli/src/packets/hex.ts';
import { inspect } from '../../../packages/cli/src/packets/inspected-packet.ts';
import { readContent } from '../../../packages/cli/src/packets/read-content.ts';
import {
  ACK,
  concat,
  ENDS,
  FIN,
  ipPacket,
  LINKS,
  type Link,
  pcap,
  pcapng,
  RST,
  type Sent,
  SYN,
  segments,
  webSocketFrame,
} from './capture-writer.ts';
import recorded from './fixtures/captures.json' with { type: 'json' };

const heard = (content: Uint8Array) => readContent(content).pieces.map(({ from, bytes }) => [from, hexOf(bytes)]);
const notes = (content: Uint8Array) => readContent(content).notes;
const refusal = (content: Uint8Array): string => {
  try {
    return `read ${readContent(content).pieces.length} pieces`;
  } catch (error) {
    return (error as Error).message;
  }
};
const file = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/captures/${name}`, import.meta.url)));
const text = (content: string) => new TextEncoder().encode(content);

describe('a capture of a real tool gives the packets of the exchange, with side and order', () => {
  test.each([
    'ethernet.pcap',
    'ethernet.pcapng',
    'modified.pcap',
    'nanoseconds.pcap',
    'nanoseconds-editcap.pcap',
    'linux-cooked.pcap',
    'linux-cooked-2.pcap',
    'ipv6.pcap',
    'websocket.pcap',
  ])('%s', (name) => {
    expect(heard(file(name))).toEqual(recorded.packets);
    expect(notes(file(name))).toEqual([]);
    for (const { time } of readContent(file(name)).pieces) expect(time).toMatch(/^20\d\d-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/);
  });

  test('two interfaces of two link types in one file are two connections, each named', () => {
    const pieces = readContent(file('two-links.pcapng')).pieces;
    expect(new Set(pieces.map(({ connection }) => connection)).size).toBe(2);
    for (const connection of new Set(pieces.map((piece) => piece.connection))) {
      const own = pieces.filter((piece) => piece.connection === connection);
      expect(own.map(({ from, bytes }) => [from, hexOf(bytes)])).toEqual(recorded.packets);
    }
  });

  test('frames that the snap length cut are said, and a packet that lacks bytes is incomplete', () => {
    const reading = readContent(file('snap-length.pcap'));
    expect(reading.notes.join()).toMatch(/frames? cut by the snap length/);
    expect(reading.notes.join()).toMatch(/bytes are not in the capture/);
    const packets = inspect(reading.pieces);
    expect(packets.filter(({ verdict }) => verdict === 'malformed')).toEqual([]);
    expect(packets.filter(({ verdict }) => verdict === 'incomplete').map(({ name }) => name)).toEqual(['PUBLISH']);
    expect(packets.map(({ name }) => name)).toEqual([
      'CONNECT',
      'CONNACK',
      'PUBLISH',
      'PUBACK',
      'PINGREQ',
      'PINGRESP',
      'DISCONNECT',
    ]);
  });

  test.each(recorded.texts.map(({ tool, output }) => [tool, output]))('what %s prints', (tool, output) => {
    const packets = readContent(text(output)).pieces;
    const bytes = packets.map((piece) => hexOf(piece.bytes));
    if (/fields|json/.test(tool)) expect(bytes.join('')).toBe(recorded.packets.map(([, hex]) => hex).join(''));
    else expect(packets.map(({ from }, index) => [from, bytes[index]])).toEqual(recorded.packets);
  });
});

const CONNECT = bytesOfHex('101300044d5154540402003c000764657669636531');
const CONNACK = bytesOfHex('20020000');
const PUBLISH = concat(bytesOfHex('32290003612f620007'), new Uint8Array(34).fill(0x78));
const PUBACK = bytesOfHex('40020007');
const OPENING: readonly Sent[] = [
  { from: 'client', flags: SYN, at: -1 },
  { from: 'server', flags: SYN | ACK, at: -1 },
  { from: 'client', at: 0 },
];
const DEVICE = concat(CONNECT, PUBLISH, bytesOfHex('c000'));
const SERVICE = concat(CONNACK, PUBACK, bytesOfHex('d000'));
const EXCHANGE: readonly Sent[] = [
  ...OPENING,
  { from: 'client', at: 0, data: CONNECT },
  { from: 'server', at: 0, data: CONNACK },
  { from: 'client', at: 21, data: PUBLISH },
  { from: 'server', at: 4, data: PUBACK },
  { from: 'client', at: 64, data: bytesOfHex('c000') },
  { from: 'server', at: 8, data: bytesOfHex('d000') },
];
const HEARD = [
  ['device', hexOf(CONNECT)],
  ['service', '20020000'],
  ['device', hexOf(PUBLISH)],
  ['service', '40020007'],
  ['device', 'c000'],
  ['service', 'd000'],
];
const packed = (sent: readonly Sent[], ends = ENDS) => sent.map((one) => ipPacket(one, ends));

describe('every way to lay a capture out', () => {
  const links = Object.keys(LINKS) as Link[];
  test.each(links.flatMap((link) => [true, false].map((ipv6) => [link, ipv6 ? 'IPv6' : 'IPv4', ipv6] as const)))(
    '%s with %s',
    (link, _name, ipv6) => {
      const packets = packed(EXCHANGE, { ...ENDS, ipv6 });
      for (const little of [true, false]) {
        for (const nano of [true, false]) expect(heard(pcap(packets, { link, little, nano, ipv6 }))).toEqual(HEARD);
        expect(heard(pcapng(packets, { link, little, ipv6 }))).toEqual(HEARD);
      }
    },
  );

  test('times are those of the frames, to the microsecond', () => {
    for (const content of [pcap(packed(EXCHANGE), { nano: true }), pcap(packed(EXCHANGE)), pcapng(packed(EXCHANGE))]) {
      expect(
        readContent(content)
          .pieces.map(({ time }) => time)
          .slice(0, 2),
      ).toEqual(['2023-11-14T22:13:20.003000Z', '2023-11-14T22:13:20.004000Z']);
    }
  });

  test('padding of Ethernet is no data', () => {
    expect(heard(pcap(packed(EXCHANGE).map((packet) => concat(packet, new Uint8Array(6)))))).toEqual(HEARD);
  });

  test('frames in a hex dump are frames', () => {
    const dump = packed(EXCHANGE).map((packet) => {
      const rows = Array.from({ length: Math.ceil(packet.length / 16) }, (_, row) => {
        const cells = hexOf(packet.subarray(16 * row, 16 * row + 16), ' ');
        return `${(16 * row).toString(16).padStart(4, '0')}   ${cells}`;
      });
      return rows.join('\n');
    });
    expect(heard(text(dump.join('\n\n')))).toEqual(HEARD);
    expect(
      heard(
        text(
          packed(EXCHANGE)
            .map((packet) => `frame: ${hexOf(packet, ' ')}`)
            .join('\n'),
        ),
      ),
    ).toEqual(HEARD);
    expect(heard(text(hexOf(ipPacket({ from: 'client', at: 0, data: CONNECT }))))).toEqual([
      ['device', hexOf(CONNECT)],
    ]);
  });
});

describe('streams of TCP are put together', () => {
  const cut = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });

  test('however they are cut, mixed up and sent again', () => {
    fc.assert(
      fc.property(cut, cut, fc.infiniteStream(fc.nat({ max: 1000 })), fc.boolean(), (client, server, random, ipv6) => {
        const parts = [...segments('client', DEVICE, client), ...segments('server', SERVICE, server)];
        const next = () => random.next().value as number;
        const again = parts.filter(() => next() % 3 === 0);
        const joinedParts = parts.flatMap((part, index): Sent[] => {
          const later = parts[index + 1];
          if (next() % 4 !== 0 || later?.from !== part.from) return [];
          return [{ ...part, data: concat(part.data!, later.data!) }];
        });
        const order = new Map([...parts, ...again, ...joinedParts].map((part) => [part, next()]));
        const mixed = [...parts, ...again, ...joinedParts].sort((one, other) => order.get(one)! - order.get(other)!);
        const content = pcap(packed([...OPENING, ...mixed], { ...ENDS, ipv6 }), { ipv6 });
        const sides = heard(content);
        const of = (side: string) => sides.filter(([from]) => from === side).map(([, hex]) => hex);
        expect(of('device')).toEqual([hexOf(CONNECT), hexOf(PUBLISH), 'c000']);
        expect(of('service')).toEqual(['20020000', '40020007', 'd000']);
        expect(notes(content)).toEqual([]);
      }),
    );
  });

  test('sequence numbers may wrap', () => {
    for (const isn of [0xffff_fffe, 0xffff_fff8, 0x7fff_ffff, 0]) {
      expect(heard(pcap(packed(EXCHANGE, { ...ENDS, clientIsn: isn, serverIsn: isn })))).toEqual(HEARD);
    }
  });

  test('a copy with other bytes is said, and what came first is kept', () => {
    const other = { from: 'client', at: 0, data: CONNECT.map((byte) => byte ^ 1) } as const;
    const content = pcap(packed([...EXCHANGE, other]));
    expect(heard(content)).toEqual(HEARD);
    expect(notes(content).join()).toMatch(/1 retransmitted segments of .* differ/);
  });

  test('a gap within a message is said; reading goes on behind it', () => {
    const rest = concat(PUBLISH.subarray(30), bytesOfHex('c000'));
    const content = pcap(
      packed([
        ...OPENING,
        { from: 'client', at: 0, data: concat(CONNECT, PUBLISH.subarray(0, 20)) },
        { from: 'client', at: 51, data: rest },
      ]),
    );
    const packets = inspect(readContent(content).pieces);
    expect(packets.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['CONNECT', 'valid'],
      ['PUBLISH', 'incomplete'],
      ['PINGREQ', 'valid'],
    ]);
    expect(notes(content).join()).toMatch(/from the device 10 bytes are not in the capture; .*13 bytes of a packet/);
  });

  test('a capture that begins later finds the next packet, and the client by its port', () => {
    const content = pcap(
      packed([
        { from: 'server', at: 100, data: CONNACK.subarray(2) },
        { from: 'client', at: 300, data: PUBLISH.subarray(9) },
        { from: 'server', at: 102, data: PUBACK },
        { from: 'client', at: 334, data: bytesOfHex('c000') },
      ]),
    );
    expect(heard(content)).toEqual([
      ['service', '40020007'],
      ['device', 'c000'],
    ]);
    expect(notes(content).join()).toMatch(/34 bytes of a packet whose beginning is not in the capture left out/);
  });

  test('one pair of addresses has several connections, one after the other', () => {
    const again = packed(EXCHANGE, { ...ENDS, clientIsn: 777_777, serverIsn: 5 });
    const content = pcap([...packed([...EXCHANGE, { from: 'client', flags: FIN | ACK, at: 66 }]), ...again]);
    expect(heard(content)).toEqual([...HEARD, ...HEARD]);
  });

  test('connections that overlap are named', () => {
    const other = { ...ENDS, client: 50_001 };
    const both = packed(EXCHANGE).flatMap((packet, index) => [packet, packed(EXCHANGE, other)[index]!]);
    const pieces = readContent(pcap(both)).pieces;
    expect(pieces.map(({ bytes }) => hexOf(bytes))).toEqual(HEARD.flatMap(([, hex]) => [hex, hex]));
    expect(pieces.slice(0, 2).map(({ connection }) => connection)).toEqual([
      '192.0.2.7:50000 to 192.0.2.1:1883',
      '192.0.2.7:50001 to 192.0.2.1:1883',
    ]);
  });

  test('Follow TCP Stream as YAML', () => {
    const yaml = [
      'peers:',
      '  - peer: 0',
      '    host: 127.0.0.1',
      '    port: 50000',
      '  - peer: 1',
      '    host: 127.0.0.1',
      '    port: 1883',
      'packets:',
      '  - packet: 4',
      '    peer: 0',
      '    index: 0',
      '    timestamp: 1.500000000',
      '    data: !!binary |',
      `      ${Buffer.from(CONNECT).toString('base64')}`,
      '  - packet: 6',
      '    peer: 1',
      '    index: 0',
      '    timestamp: 1.600000000',
      '    data: !!binary |',
      `      ${Buffer.from(CONNACK).toString('base64')}`,
      '',
    ].join('\n'); // prettier-ignore
    expect(heard(text(yaml))).toEqual(HEARD.slice(0, 2));
  });

  test('Follow TCP Stream as C arrays', () => {
    const array = (name: string, bytes: Uint8Array) =>
      `char ${name}[] = { /* Packet 4 */\n${[...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')} };\n`;
    expect(
      heard(
        text(
          array('peer0_0', CONNECT.subarray(0, 9)) + array('peer0_1', CONNECT.subarray(9)) + array('peer1_0', CONNACK),
        ),
      ),
    ).toEqual(HEARD.slice(0, 2));
  });

  test('a reset is said', () => {
    expect(notes(pcap(packed([...EXCHANGE, { from: 'server', flags: RST, at: 10 }]))).join()).toMatch(
      /reset by the service/,
    );
  });
});

describe('WebSocket', () => {
  const request = text('GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n');
  const accepted = text('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');
  const exchange = (client: Uint8Array, server: Uint8Array, sizes: readonly number[] = []) =>
    pcap(
      packed([
        ...OPENING,
        ...segments('client', concat(request, client), sizes),
        ...segments('server', concat(accepted, server), sizes),
      ]),
    );

  test('frames are unwrapped: masked, in fragments, with pings between, a packet over several, several in one', () => {
    const client = concat(
      webSocketFrame(CONNECT.subarray(0, 3), { mask: true, fin: false }),
      webSocketFrame(text('hi'), { opcode: 9, mask: true }),
      webSocketFrame(CONNECT.subarray(3), { mask: true, opcode: 0 }),
      webSocketFrame(concat(PUBLISH, bytesOfHex('c000')), { mask: true }),
      webSocketFrame(Uint8Array.of(3, 232), { opcode: 8, mask: true }),
    );
    const server = concat(
      webSocketFrame(CONNACK.subarray(0, 1)),
      webSocketFrame(concat(CONNACK.subarray(1), PUBACK, bytesOfHex('d000'))),
    );
    for (const sizes of [[], [1, 2, 3, 100, 5, 1, 1, 1]]) {
      const sides = heard(exchange(client, server, sizes));
      expect(sides.filter(([from]) => from === 'device').map(([, hex]) => hex)).toEqual([
        hexOf(CONNECT),
        hexOf(PUBLISH),
        'c000',
      ]);
      expect(sides.filter(([from]) => from === 'service').map(([, hex]) => hex)).toEqual([
        '20020000',
        '40020007',
        'd000',
      ]);
    }
  });

  test('a long frame, compressed frames and a refused upgrade', () => {
    const long = concat(bytesOfHex('30ac040003612f62'), new Uint8Array(551).fill(0x79));
    expect(heard(exchange(webSocketFrame(concat(CONNECT, long), { mask: true }), new Uint8Array()))[1]).toEqual([
      'device',
      hexOf(long),
    ]);
    expect(refusal(exchange(webSocketFrame(CONNECT, { mask: true, compressed: true }), new Uint8Array()))).toMatch(
      /compressed \(permessage-deflate\)/,
    );
    const refused = pcap(
      packed([
        ...OPENING,
        { from: 'client', at: 0, data: request },
        { from: 'server', at: 0, data: text('HTTP/1.1 404 Not Found\r\n\r\n') },
      ]),
    );
    expect(refusal(refused)).toMatch(/the WebSocket upgrade was refused: HTTP\/1.1 404 Not Found/);
  });
});

describe('what a capture has beside MQTT is named', () => {
  const conversation = (client: Uint8Array, server: Uint8Array) =>
    pcap(packed([...OPENING, { from: 'client', at: 0, data: client }, { from: 'server', at: 0, data: server }]));
  test.each([
    [
      'TLS',
      conversation(bytesOfHex('16030100050100000100'), bytesOfHex('16030300050200000100')),
      /a TLS record \(handshake\): MQTT within it is encrypted/,
    ],
    ['SSH', conversation(text('SSH-2.0-x\r\n'), text('SSH-2.0-y\r\n')), /SSH/],
    ['HTTP', conversation(text('GET / HTTP/1.1\r\n\r\n'), text('HTTP/1.1 200 OK\r\n\r\n')), /HTTP/],
    [
      'something unknown',
      conversation(bytesOfHex('0102030405'), bytesOfHex('0504030201')),
      /not MQTT: it begins with 01 02 03 04 05/,
    ],
    [
      'UDP',
      pcap([ipPacket({ from: 'client', at: 0 }).map((byte, index) => (index === 9 ? 17 : byte))]),
      /1 frame without TCP/,
    ],
    [
      'a fragment',
      pcap([ipPacket({ from: 'client', at: 0 }).map((byte, index) => (index === 6 ? 0x20 : byte))]),
      /1 IP fragment$/,
    ],
    ['nothing', pcap([]), /pcap without MQTT that can be read/],
  ])('%s', (_what, content, reason) => {
    expect(refusal(content)).toMatch(reason);
  });

  test('a proxy is passed, and TLS behind it is named', () => {
    const asked = text('CONNECT x:8883 HTTP/1.1\r\nHost: x:8883\r\n\r\n');
    const answered = text('HTTP/1.1 200 Connection established\r\n\r\n');
    expect(heard(conversation(concat(asked, CONNECT), concat(answered, CONNACK)))).toEqual(HEARD.slice(0, 2));
    expect(refusal(conversation(concat(asked, bytesOfHex('16030100050100000100')), answered))).toMatch(
      /through a proxy; a TLS record/,
    );
  });

  test('MQTT to a server that answers with HTTP: the packets are shown, the answer is named', () => {
    const content = conversation(CONNECT, text('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(heard(content)).toEqual(HEARD.slice(0, 1));
    expect(notes(content).join()).toMatch(/the service answers with an HTTP response/);
  });

  test('a malformed answer to a CONNECT is MQTT, and malformed', () => {
    const packets = inspect(readContent(conversation(CONNECT, bytesOfHex('21020000'))).pieces);
    expect(packets.map(({ verdict }) => verdict)).toEqual(['valid', 'malformed']);
  });
});

describe('IP fragments', () => {
  const whole = ipPacket({ from: 'client', at: 0, data: CONNECT });
  /** Cut behind `size` bytes of payload, a multiple of 8. */
  const cut = (size: number): [Uint8Array, Uint8Array] => {
    const first = whole.slice(0, 20 + size);
    const second = concat(whole.slice(0, 20), whole.slice(20 + size));
    for (const [part, flags] of [
      [first, 0x2000],
      [second, size / 8],
    ] as const) {
      const view = new DataView(part.buffer, part.byteOffset);
      view.setUint16(2, part.length);
      view.setUint16(6, flags);
    }
    return [first, second];
  };

  test.each([8, 16, 24, 32])('are put together in either order: cut at %i', (size) => {
    const [first, second] = cut(size);
    for (const parts of [
      [first, second],
      [second, first],
    ]) {
      expect(heard(pcap(parts))).toEqual([['device', hexOf(CONNECT)]]);
      expect(notes(pcap(parts))).toEqual([]);
    }
  });

  test('of which one is missing are counted', () => {
    expect(refusal(pcap([cut(24)[0]]))).toMatch(/1 IP fragment$/);
  });
});

test('a keep-alive, which repeats the place of the last byte with another, is no difference', () => {
  const probe: Sent = { from: 'client', at: CONNECT.length - 1, data: Uint8Array.of(0) };
  const content = pcap(packed([...OPENING, { from: 'client', at: 0, data: CONNECT }, probe]));
  expect(heard(content)).toEqual([['device', hexOf(CONNECT)]]);
  expect(notes(content)).toEqual([]);
});

describe('a damaged file', () => {
  test('at every length gives packets, a reason, or both, and never another error', () => {
    for (const whole of [pcap(packed(EXCHANGE)), pcapng(packed(EXCHANGE)), pcap(packed(EXCHANGE), { little: false })]) {
      for (let length = 24; length <= whole.length; length++) {
        expect(refusal(whole.subarray(0, length)), String(length)).toMatch(
          /^(?:read \d+ pieces|[a-z ]+ without MQTT|this is|there are no)/,
        );
      }
    }
  });

  test('with any byte changed does the same', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(pcap(packed(EXCHANGE)), pcapng(packed(EXCHANGE))),
        fc.nat(),
        fc.nat({ max: 255 }),
        (whole, place, byte) => {
          const damaged = whole.slice();
          damaged[place % damaged.length] = byte;
          expect(refusal(damaged)).toMatch(/^(?:read \d+ pieces|[a-z ]+ without MQTT|this is|there are no)/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('that ends within a frame says so', () => {
    const whole = pcap(packed(EXCHANGE));
    expect(notes(whole.subarray(0, whole.length - 1))).toContain('the file ends within a frame');
  });
});

describe('a capture that was pasted is read as the file', () => {
  const FORMS: [string, (bytes: Buffer) => string][] = [
    ['hex', (bytes) => bytes.toString('hex')],
    ['base64', (bytes) => bytes.toString('base64')],
    ['xxd -p', (bytes) => bytes.toString('hex').replace(/.{60}/g, '$&\n')],
    [
      'xxd',
      (bytes) =>
        [...bytes.toString('hex').matchAll(/.{1,32}/g)]
          .map(
            ([row], i) =>
              `${(16 * i).toString(16).padStart(8, '0')}: ${row.replace(/.{4}/g, '$& ').padEnd(40)} ................`,
          )
          .join('\n'),
    ],
  ];
  const cases = ['ethernet.pcap', 'ethernet.pcapng', 'nanoseconds.pcap', 'websocket.pcap', 'two-links.pcapng'].flatMap(
    (name) => FORMS.map(([form, write]) => [name, form, write] as const),
  );
  test.each(cases)('%s as %s', (name, _form, write) => {
    const content = file(name);
    expect(heard(text(write(Buffer.from(content))))).toEqual(heard(content));
  });

  test.each(['ethernet.pcap', 'modified.pcap', 'nanoseconds.pcap', 'ethernet.pcapng'])(
    'of %s no more than its beginning',
    (name) => {
      expect(refusal(text(Buffer.from(file(name).subarray(0, 16)).toString('hex')))).toContain(
        'this is the beginning of a pcap',
      );
    },
  );
});
