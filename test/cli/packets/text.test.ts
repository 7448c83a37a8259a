import { describe, expect, test } from 'vitest';
import { hexOf } from '../../../packages/cli/src/packets/hex.ts';
import { inspect, verdictText } from '../../../packages/cli/src/packets/inspected-packet.ts';
import { MORE_TEXTS } from '../../../packages/cli/src/packets/more-texts.ts';
import { readContent, readWords } from '../../../packages/cli/src/packets/read-content.ts';
import { joined } from '../../../packages/cli/src/packets/reading.ts';
import { pem } from '../../client/attestation/made.ts';

const read = (text: string): string => hexOf(joined(readWords(text).pieces.map(({ bytes }) => bytes)));
const notes = (text: string): readonly string[] => readWords(text).notes;
const message = (input: string | Uint8Array): string => {
  try {
    const reading = typeof input === 'string' ? readWords(input, MORE_TEXTS) : readContent(input, MORE_TEXTS);
    return `read as ${reading.format}`;
  } catch (error) {
    return (error as Error).message;
  }
};

const CONNACK = '20020005';
const PUBLISH = '30050003612f62';

describe('a CONNACK in what people paste', () => {
  test.each([
    ['plain hex', '20020005'],
    ['capitals', '20 02 00 05'.toUpperCase()],
    ['spaces', '20 02 00 05'],
    ['colons', '20:02:00:05'],
    ['dashes', '20-02-00-05'],
    ['commas', '20,02,00,05'],
    ['semicolons', '20; 02; 00; 05'],
    ['bars', '20|02|00|05'],
    ['0x before each byte', '0x20 0x02 0x00 0x05'],
    ['0X before each byte', '0X20, 0X02, 0X00, 0X05'],
    ['0x before all', '0x20020005'],
    ['\\x before each byte', '\\x20\\x02\\x00\\x05'],
    ['zeros left out', '20 2 0 5'],
    ['words of two bytes', '2002 0005'],
    ['lines', '2002\n0005\n'],
    ['Windows lines', '2002\r\n0005\r\n'],
    ['tabs', '20\t02\t00\t05'],
    ['a byte order mark', '\ufeff20020005'],
    ['blanks that do not break', '20\u00a002\u00a000\u00a005'],
    ['colours of a terminal', '\u001b[32m20\u001b[0m 02 00 05'],
    ['C', 'uint8_t pkt[] = {0x20, 0x02, 0x00, 0x05};'],
    ['C with decimal numbers', 'const unsigned char pkt[4] = { 32, 2, 0, 5 };'],
    ['C with characters', "char pkt[] = {' ', '\\x02', '\\0', 5};"],
    ['C with comments', 'uint8_t p[] = { 0x20, /* CONNACK */ 0x02, // length\n 0x00, 0x05 };'],
    ['C with suffixes', '{0x20u, 0x02U, 0u, 5}'],
    ['C in PROGMEM', 'static const uint8_t p[4] PROGMEM = {\n  0x20, 0x02,\n  0x00, 0x05,\n};'],
    ['C strings', '"\\x20\\x02" "\\x00\\x05"'],
    ['C string with octal numbers', '" \\002\\000\\005"'],
    [
      'Wireshark, C array',
      '/* Frame (4 bytes) */\nstatic const unsigned char pkt1[4] = {\n0x20, 0x02, 0x00, 0x05 /*  ... */\n};',
    ],
    ['Wireshark, escaped string', '"\\x20\\x02\\x00\\x05" \\'],
    ['Wireshark, one row', '0000   20 02 00 05                                        ...'],
    ['Wireshark, one row without characters', '0000   20 02 00 05'],
    ['Wireshark, hex and a short row', '0000  20 02 00 05   ....'],
    ['Go %v', '[32 2 0 5]'],
    ['Go literal', '[]byte{0x20, 0x2, 0x0, 0x5}'],
    ['Java, signed', '[32, 2, 0, 5]'],
    ['Java, casts', 'new byte[] {(byte) 0x20, (byte)0x02, 0, (byte) 5}'],
    ['Kotlin', 'byteArrayOf(0x20, 0x02, 0x00, 0x05.toByte())'],
    ['C#', 'new byte[] { 0x20, 0x02, 0x00, 0x05 }'],
    ['Rust', 'vec![32, 2, 0, 5]'],
    ['Rust with a type', '[0x20u8, 2, 0, 5_u8]'],
    ['Rust string', 'b" \\x02\\0\\x05"'],
    ['Python', "b' \\x02\\x00\\x05'"],
    ['Python, all escaped', "b'\\x20\\x02\\x00\\x05'"],
    ['Python bytearray', 'bytearray([32, 2, 0, 5])'],
    ['Python fromhex', "bytes.fromhex('20 02 00 05')"],
    ['JavaScript Buffer', '<Buffer 20 02 00 05>'],
    ['JavaScript Buffer with a label', 'data: <Buffer 20 02 00 05>,'],
    ['JavaScript Uint8Array', 'Uint8Array(4) [ 32, 2, 0, 5 ]'],
    ['JavaScript subclass', 'Buffer(4) [Uint8Array] [ 32, 2, 0, 5 ]'],
    ['Chrome', 'Uint8Array(4) [32, 2, 0, 5, buffer: ArrayBuffer(4), byteLength: 4, byteOffset: 0, length: 4]'],
    ['JavaScript Buffer.from', "Buffer.from('20020005', 'hex')"],
    ['JavaScript Buffer.from base64', "Buffer.from('IAIABQ==', 'base64')"],
    ['JSON of a Buffer', '{"type":"Buffer","data":[32,2,0,5]}'],
    ['JSON of a Uint8Array', '{"0":32,"1":2,"2":0,"3":5}'],
    ['JSON of hex strings', '["20","02","00","05"]'],
    ['Erlang', '<<32,2,0,5>>'],
    ['Lua', '"\\032\\002\\000\\005"'],
    ['a URL', '%20%02%00%05'],
    ['PostgreSQL', '\\x20020005'],
    ['SQL', "X'20020005'"],
    ['an assembler', '.byte 0x20,0x02,0x00,0x05'],
    ['GDB', '0x20000100:\t0x20\t0x02\t0x00\t0x05'],
    ['base64', 'IAIABQ=='],
    ['base64 without padding', 'IAIABQ'],
    ['octal words', '040 002 000 005'],
    ['a data URL', 'data:application/octet-stream;base64,IAIABQ=='],
    ['bits', '00100000 00000010 00000000 00000101'],
    ['ESP-IDF', 'I (4021) mqtt: 20 02 00 05'],
    ['ESP-IDF dump', 'I (4021) mqtt: 0x3ffb5f90   20 02 00 05                                       | ...|'],
    ['a log with a time', '12:03:04.120 20 02 00 05'],
    ['a log with date and level', '2026-11-26T12:03:04Z DEBUG mqtt RX: 20 02 00 05'],
    ['a log with an arrow', '<- 20020005'],
    ['a log with brackets', 'received [20 02 00 05]'],
    ['strace', 'read(3, " \\2\\0\\5", 4) = 4'],
    [
      'Format-Hex of Windows',
      '           Path: C:\\connack.bin\r\n\r\n           00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\r\n\r\n00000000   20 02 00 05                                       ...\r\n',
    ],
    [
      'Format-Hex of PowerShell 7',
      '   Label: connack.bin\n\n          Offset Bytes                                           Ascii\n                 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n          ------ ----------------------------------------------- -----\n0000000000000000 20 02 00 05                                      ���',
    ],
    ['certutil', '    0000  20 02 00 05                                        ...'],
    ['JSON of a log', '{"level":"debug","msg":"rx","data":"20020005"}'],
    ['JSON of a log, base64', '{"level":30,"payload":"IAIABQ=="}'],
    ['JSON, deep', '{"packet":{"raw":{"type":"Buffer","data":[32,2,0,5]}}}'],
    ['Objective-C', '{length = 4, bytes = 0x20020005}'],
    ['Perl', '\\x{20}\\x{02}\\x{00}\\x{05}'],
    ['Ruby', '"\\x20\\x02\\u0000\\x05"'],
    ['NumPy', 'array([ 32,   2,   0,   5], dtype=uint8)'],
    ['Arduino', 'Received: 0x20 0x2 0x0 0x5'],
    ['a remark behind', '20 02 00 05  // CONNACK, not authorized'],
    ['a remark in Python', '20 02 00 05 # CONNACK'],
    ['a length behind', '20020005 (4 bytes)'],
    ['Markdown', '```\n20 02 00 05\n```'],
    ['decimal numbers with dots', '32.2.0.5'],
    ['decimal numbers with semicolons', '32;2;0;5'],
    ['bits in fours', '0010 0000 0000 0010 0000 0000 0000 0101'],
    ['digits one by one', '2 0 0 2 0 0 0 5'],
    ['a word of GDB', '0x7ffe1000:\t0x05000220'],
    ['Zephyr', '[00:00:01.123,456] <inf> mqtt: rx\n            20 02 00 05                          | ...'],
    ['socat', '< 2026/11/26 10:00:00.123456  length=4 from=0 to=3\n 20 02 00 05                              ...\n--'],
    [
      'ngrep',
      'T 127.0.0.1:1883 -> 127.0.0.1:50000 [AP] #4\n  20 02 00 05                                         ...   ',
    ],
    ['netcat -o', '> 00000000 20 02 00 05                                     #  ...'],
    ['hexyl', '│00000000│ 20 02 00 05             ┊                         │ •⋄•    ┊        │'],
    ['text2pcap', 'I 00:00:01.000\n000000 20 02 00 05\n'],
    ['a WebSocket frame', '82 04 20 02 00 05'],
    ['a masked WebSocket frame', '82 84 37 fa 21 3d 17 f8 21 38'],
    ['a dump that begins elsewhere', '3ffb5f90: 20 02 00 05'],
  ])('%s', (_from, text) => {
    expect(read(text)).toBe(CONNACK);
  });
}); // prettier-ignore

describe('a PUBLISH in what people paste', () => {
  test.each([
    ['the log prefix of a transcript', 'C>S raw 30050003612f62'],
    ['tcpdump without headers', '0x0000:  3005 0003 612f 62                        0...a/b'],
    ['Python with what can be printed', "b'0\\x05\\x00\\x03a/b'"],
    ['Python of hexlify', "b'30050003612f62'"],
    ['a Go string', '"0\\x05\\x00\\x03a/b"'],
    ['base64 in quotes', '"MAUAA2EvYg=="'],
    ['base64url wrapped', 'MAUA\nA2Ev\nYg'],
    ['lines of a log', 'TX: 30 05\nTX: 00 03\nTX: 61 2f 62'],
  ])('%s', (_from, text) => {
    expect(read(text)).toBe(PUBLISH);
  });

  test('a dump of many rows is put together, whatever stands in its right column', () => {
    const rows = [
      '0000   30 12 00 03 61 2f 62 62 65 65 66 20 63 61 66 65   0...a/bbeef cafe',
      '0010   20 61 62 63   abc',
    ];
    expect(read(rows.join('\n'))).toBe('30120003612f62626565662063616665' + '20616263');
  });
});

describe('where two readings are possible', () => {
  test.each([
    ['decimal words', '32 2 0 5', CONNACK, 'read as a list of decimal bytes, not as hex: only then it is whole MQTT'],
    [
      'hex in a list, as Rust prints {:x?}',
      '[20, 2, 0, 5]',
      CONNACK,
      'read as a list of hex bytes, not as a list of decimal bytes: only then it is whole MQTT',
    ],
  ])('the one that is whole MQTT is taken and said: %s', (_case, text, bytes, note) => {
    expect(read(text)).toBe(bytes);
    expect(notes(text)).toContainEqual(note);
  }); // prettier-ignore

  test('and none is better than the others, the likeliest is taken and the others are named', () => {
    expect(read('[36, 5, 0, 3, 61, 2, 62]')).toBe('24050003' + '3d023e');
    expect(notes('[36, 5, 0, 3, 61, 2, 62]')).toEqual([
      'read as a list of decimal bytes; it could be a list of hex bytes as well',
    ]);
  });

  test('nothing is said where nobody would think of another', () => {
    for (const text of ['20020005', '36050003612f62', '[32 2 0 5]', 'IAIABQ==', '0000   20 02 00 05   ....']) {
      expect(notes(text), text).toEqual([]);
    }
  });
});

describe('what a log cut off', () => {
  test.each([
    ['<Buffer 30 3a 00 01 61 41 ... 54 more bytes>', 'the log cut 54 more bytes'],
    ['Uint8Array(60) [\n  48, 58, 0, 1, 97, 65,\n  ... 54 more items\n]', 'the log cut 54 more bytes'],
    ['write(3, "0:\\0\\1aA"..., 60) = 60', 'the log cut the string'],
  ])('is said, and the rest is shown: %s', (text, note) => {
    expect(read(text)).toBe('303a00016141');
    expect(notes(text)).toContain(note);
    expect(inspect(readWords(text).pieces).map(verdictText)).toEqual(['incomplete: 6 of 60 bytes, 54 are missing']);
  });

  test('a length that differs from the list is said', () => {
    expect(notes('unsigned char p[7] = {0x20, 0x02, 0x00, 0x05};')).toEqual([
      'the list says that it has 7 bytes; 4 are there',
    ]);
  });
});

describe('an unfinished packet is incomplete, not malformed', () => {
  test.each([
    ['20 02 00', 'incomplete: 3 of 4 bytes, 1 is missing'],
    ['0x30', 'incomplete: 1 byte, the Remaining Length is not finished'],
    ['30 80', 'incomplete: 2 bytes, the Remaining Length is not finished'],
    ['30 64 00 03 61', 'incomplete: 5 of 102 bytes, 97 are missing'],
  ])('%s', (text, verdict) => {
    const [packet] = inspect(readWords(text).pieces);
    expect(verdictText(packet!)).toBe(verdict);
    expect(packet!.fault).toBeUndefined();
    expect(packet!.fields.filter(({ fault }) => fault !== undefined)).toEqual([]);
  });

  test.each(['36 64 00 03', '21 02 00', 'f0 05 00', '30 ff ff ff ff', '00'])(
    'unless its first bytes are wrong already: %s',
    (text) => {
      expect(
        inspect(readContent(Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16))).pieces),
      ).toEqual([expect.objectContaining({ verdict: 'malformed' })]);
    },
  );
});

describe('what is not MQTT is named, not judged', () => {
  const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex'));
  test.each([
    ['TLS handshake', hex('16 03 01 00 05 01 00 00 01 00'), 'a TLS record (handshake)'],
    ['TLS alert', hex('15 03 03 00 02 02 28'), 'a TLS record (alert)'],
    ['TLS data as text', '17 03 03 00 04 aa bb cc dd', 'a TLS record (data)'],
    ['HTTP response', 'HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n', 'an HTTP response'],
    ['HTTP request', 'GET /$iothub/websocket HTTP/1.1\r\nHost: x\r\n\r\n', 'an HTTP request'],
    ['HTTP in hex', Buffer.from('HTTP/1.1 200 OK').toString('hex'), 'an HTTP response'],
    ['gzip', hex('1f 8b 08 00 00 00 00 00'), 'gzip'],
    ['zip', hex('50 4b 03 04 14 00'), 'a zip archive'],
    ['PNG', hex('89 50 4e 47 0d 0a 1a 0a'), 'a PNG image'],
    ['JPEG', hex('ff d8 ff e0 00 10'), 'a JPEG image'],
    ['PDF', '%PDF-1.7 ', 'a PDF'],
    ['ELF', hex('7f 45 4c 46 02 01 01 00'), 'an ELF program'],
    ['Java class', hex('ca fe ba be 00 00 00 3d'), 'a Java class'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2', 'SSH'],
    ['PEM', pem('EC PRIVATE KEY', Buffer.alloc(60, 1)), 'PEM'],
    ['DER', hex('30 0a 30 08 02 01 01 02 01 02 02 00'), 'DER'],
    ['zstd', hex('28 b5 2f fd 04 00'), 'zstd'],
    ['xz', hex('fd 37 7a 58 5a 00'), 'xz'],
    ['SQLite', `SQLite format 3\0`, 'an SQLite database'],
    ['AMQP', hex('41 4d 51 50 00 01 00 00'), 'AMQP'],
    ['HTML', '<!DOCTYPE html><html>', 'XML or HTML'],
    ['the first bytes of TLS', hex('16 03 01'), 'a TLS record (handshake)'],
    ['DTLS', hex('16 fe fd 00 00 00 00 00 00 00 00 00 36 01 00 00 2a'), 'a DTLS record (handshake)'],
    ['SSL 2', hex('80 0d 01 00 02 00 15 00 00 00 10 07 00 c0 00'), 'a ClientHello of SSL 2'],
    ['HTTP in small letters', 'http/1.1 200 ok\r\n', 'an HTTP response'],
    ['HTTP with another method', 'PROPFIND / HTTP/1.1\r\n\r\n', 'an HTTP request'],
    ['HTTP/2 of a server', hex('00 00 12 04 00 00 00 00 00 00 03 00 00 00 64'), 'HTTP/2'],
    ['zlib', hex('78 9c 4b 4c 4a 06 00'), 'zlib'],
    ['lz4', hex('04 22 4d 18 64 40 a7'), 'lz4'],
    ['compress', hex('1f 9d 90 20 20'), 'compress'],
    ['tar', Buffer.from(`file.txt${'\0'.repeat(249)}ustar\x0000`), 'a tar archive'],
    ['rar', hex('52 61 72 21 1a 07 01 00'), 'a rar archive'],
    ['ar', '!<arch>\ndebian-binary', 'an ar archive'],
    ['MP4', hex('00 00 00 18 66 74 79 70 6d 70 34 32'), 'an MP4 video'],
    ['Ogg', hex('4f 67 67 53 00 02'), 'an Ogg sound'],
    ['MP3', hex('49 44 33 03 00'), 'an MP3 sound'],
    ['WAV', hex('52 49 46 46 24 00 00 00 57 41 56 45'), 'a WAV sound'],
    ['TIFF', hex('49 49 2a 00'), 'a TIFF image'],
    ['Mach-O', hex('cf fa ed fe 07 00 00 01'), 'a macOS program'],
    ['UF2', hex('55 46 32 0a 57 51 5d 9e'), 'a UF2 firmware image'],
    ['Intel HEX', ':10000000103300044D51545404C2003C00097365B0\n:00000001FF\n', 'Intel HEX'],
    ['S-records', 'S0030000FC\nS1070000200200050D\n', 'S-records'],
    ['CoAP request', hex('44 01 84 9e 51 55 77 e8 b2 48 69 04 54 65 73 74'), 'CoAP'],
    ['CoAP answer', hex('64 45 13 fd d0 e2 4d ac ff 48 69'), 'CoAP'],
    ['MQTT-SN CONNECT', hex('0c 04 04 01 00 3c 64 65 76 31 31 31'), 'MQTT-SN'],
    ['MQTT-SN CONNACK', hex('03 05 00'), 'MQTT-SN'],
    ['MQTT-SN PINGREQ', hex('02 16'), 'MQTT-SN'],
    ['MQTT-SN PUBLISH', hex('09 0c 00 00 01 00 00 68 69'), 'MQTT-SN'],
    ['an AMQP frame', hex('00 00 00 1c 02 00 00 00 00 53 40 c0 0f 01 e0 0c'), 'AMQP'],
    ['an AMQP 0-9-1 frame', hex('01 00 00 00 00 01 ce 00 0a 00 0a 00 09'), 'AMQP'],
    ['STOMP', 'CONNECTED\nversion:1.2\n\n', 'STOMP'],
    ['SMTP', '220 mail.example ESMTP\r\n', 'SMTP or FTP'],
    ['Redis', '-ERR unknown command\r\n', 'Redis'],
    ['NATS', 'INFO {"server_id":"x"}\r\n', 'NATS'],
    ['XMPP', "<stream:stream xmlns='jabber:client'>", 'XML or HTML'],
    ['UTF-32', hex('ff fe 00 00 32 00 00 00'), 'UTF-32 text'],
    ['Sniffer', 'TRSNIFF data    \x1a', 'a Sniffer capture'],
    ['Network Monitor 1', hex('52 54 53 53 01 01 01 00'), 'a Network Monitor capture'],
    ['NetXRay', hex('58 43 50 00 30 30 32 2e'), 'a NetXRay capture'],
    ['Observer', 'ObserverPktBufferVersion=15.00\0', 'an Observer capture'],
    ['Visual Networks', hex('05 56 4e 46 00 00'), 'a Visual Networks capture'],
    ['5Views', hex('aa aa aa aa 00 00'), 'a 5Views capture'],
    ['K12', '+---------+---------------+----------+\r\n10:20:30,123,456   ETHER\r\n', 'a K12 text capture'],
    ['Bluetooth', hex('62 74 73 6e 6f 6f 70 00 00 00 00 01'), 'a Bluetooth capture'],
  ])('%s', (_kind, input, name) => {
    expect(message(input)).toContain(`this is ${name}`);
    expect(message(input)).toContain('not MQTT');
    expect(message(input)).not.toMatch(/MHcCAQEE/);
  });
});

// Their first bytes could be another protocol's, and their Remaining Length is right: MQTT that is malformed, or unfinished.
test.each([
  '40 03 00 01 00',
  '41 02 00 01',
  '60 02 00 01',
  '50 04 00 01 00 00',
  '44 04 00 01 00 05',
  '10 0e 00 04 4d 51 54 54 04 02 00 3c 00 05 64 65',
  '10 12 00 04 4d 51 54 54 04 02 00 3c 00 06 64 65',
  '78 02 00 01',
  '36 05 00 03 61 2f 62',
])('what is MQTT by its length is judged, and not named: %s', (text) => {
  expect(inspect(readWords(text).pieces)).toEqual([
    expect.objectContaining({ verdict: text.startsWith('10 12') ? 'incomplete' : 'malformed' }),
  ]);
});

describe('what another version of MQTT writes is judged by the rules of 3.1.1, and a note says so', () => {
  test.each([
    ['CONNECT', '10 11 00 04 4d 51 54 54 05 02 00 3c 00 00 04 64 65 76 31', '5'],
    ['CONNACK', '20 03 00 00 00', '5'],
    ['CONNACK with properties', '20 09 00 00 06 22 00 0a 21 00 14', '5'],
    ['PUBACK with a reason', '40 03 00 01 10', '5'],
    ['PUBREL with properties', '62 04 00 01 92 00', '5'],
    ['DISCONNECT with a reason', 'e0 01 8e', '5'],
    ['DISCONNECT with properties', 'e0 02 8e 00', '5'],
    ['AUTH', 'f0 02 18 00', '5'],
    ['CONNECT of MQTT 3.1', '10 13 00 06 4d 51 49 73 64 70 03 02 00 3c 00 05 64 65 76 31 31', '3.1'],
  ])('%s', (_packet, text, version) => {
    expect(inspect(readWords(text).pieces).map(({ verdict }) => verdict)).toEqual(['malformed']);
    expect(notes(text)).toEqual([`MQTT ${version} writes it like this; it is judged by the rules of MQTT 3.1.1`]);
  });

  test.each(['21 02 00 05', '20 02 02 05', '40 02 00 00', 'e1 00', 'f1 00', '36 05 00 03 61 2f 62', '20 02 00 05'])(
    'nothing is said of %s, which no version allows, or 3.1.1 does',
    (text) => {
      expect(notes(text)).toEqual([]);
    },
  );
});

test('an IP packet without TCP is named', () => {
  expect(message('45 00 00 2c 00 01 00 00 40 11 00 00 7f 00 00 01 7f 00 00 01')).toBe(
    'network frames without MQTT that can be read: 1 frame without TCP',
  );
});

describe('text in UTF-16, as PowerShell writes it', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  test.each([
    ['with its mark', Buffer.from('\ufeff20 02 00 05\r\n', 'utf16le')],
    ['without a mark', utf16('20 02 00 05\r\n')],
    ['the other way round, with its mark', Buffer.from('\ufeff20 02 00 05', 'utf16le').swap16()],
    ['the other way round, without', utf16('20 02 00 05').swap16()],
    ['a dump', utf16('00000000   20 02 00 05                                       ...\r\n')],
  ])('%s', (_case, content) => {
    expect(hexOf(joined(readContent(content).pieces.map(({ bytes }) => bytes)))).toBe(CONNACK);
  });
});

test.each([
  ['300', 'an odd number of hex digits: 3'],
  ['20 02 005', 'an odd number of hex digits: 7'],
  ['0x200', 'an odd number of hex digits: 3'],
  ['', 'there are no bytes in it'],
  ['   \n', 'there are no bytes in it'],
  ['30 05 zz!', 'neither hex nor base64: "z" stands at character 7'],
  ['30050003612g62', 'neither hex nor base64: "g" stands at character 12'],
  ['MAUAA2EvYg=', 'neither hex nor base64: "M" stands at character 1'],
  ['MAUAA2EvYh==', 'neither hex nor base64'],
  ['{"bytes":"c000"}\n{"bytes":', 'line 2 of the capture is not JSON'],
  ['{"time":"2026-01-02T03:04:05.678Z"}', 'JSON without bytes: a capture has "bytes"'],
  ['0000000  sp stx nul enq\n0000004', '`od -a` leaves out the highest bit'],
  [' 30 40 00 03 61 2f 62 00 00 00 00 00 00 00 00 00\n*\n 00 00', 'nobody can say how many: use `od -v`'],
  ['hello world', 'What can be read: hex, base64, byte lists and strings of C'],
  ['error 401002', 'neither hex nor base64'],
  ['1700000000: Sending CONNACK to dev (0, 5)', 'This is a log of packets'],
  ['" \\d\\s+"', 'neither hex nor base64'],
  ['<memory at 0x7f>', 'Python prints memory like this'],
  ['/var/lib/mote/capture', 'neither hex nor base64'],
])('%j is refused with the place where it stops making sense', (text, reason) => {
  expect(message(text)).toContain(reason);
});

// The smallest packet has two bytes, and a packet whose base64 is all small letters is rarer than a slip in a file name.
test.each(['zz', 'wA==', 'nonsense', 'packets', 'hello world', 'dumps/one'])('%j is a word, not base64', (text) => {
  expect(message(text)).toMatch(/^neither hex nor base64/);
});

test('the smallest packet is read from base64, padded or not', () => {
  for (const text of ['wAA=', 'wAA']) expect(read(text)).toBe('c000');
});

test('base64url, as tokens use it, is base64', () => {
  expect(read('MAUAA2Ev_-8')).toBe('30050003612fffef');
});

test('a capture keeps direction and time of each packet', () => {
  const line = (direction: string, bytes: string) =>
    JSON.stringify({ time: '2026-01-02T03:04:05.678Z', direction, bytes });
  expect(readWords(`${line('sent', 'c000')}\n\n${line('received', 'd000')}\n`).pieces).toEqual([
    { bytes: Uint8Array.of(0xc0, 0), from: 'device', time: '2026-01-02T03:04:05.678Z' },
    { bytes: Uint8Array.of(0xd0, 0), from: 'service', time: '2026-01-02T03:04:05.678Z' },
  ]);
});

test('lines of a log keep side and time, and packets may span lines', () => {
  const log = [
    '12:00:00.100 mqtt connecting',
    '12:00:00.200 TX: 10 13 00 04 4d 51 54 54',
    '12:00:00.201 TX: 04 02 00 3c 00 07 64 65 76 69 63 65 31',
    '12:00:00.300 RX: 20 02 00 00',
  ].join('\n');
  expect(inspect(readWords(log).pieces).map(({ name, from, time, verdict }) => [name, from, time, verdict])).toEqual([
    ['CONNECT', 'device', '12:00:00.200', 'valid'],
    ['CONNACK', 'service', '12:00:00.300', 'valid'],
  ]);
  expect(notes(log)).toEqual(['1 line without bytes left out']);
});

test('a line of a log that was cut short does not swallow the next', () => {
  const packets = inspect(readWords('TX: 30 06 00 03 61\nTX: c0 00\nTX: e0 00').pieces);
  expect(packets.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['PUBLISH', 'incomplete'],
    ['PINGREQ', 'valid'],
    ['DISCONNECT', 'valid'],
  ]);
});

test('several arrays are several runs', () => {
  expect(
    readWords('char a[] = {0xc0, 0x00};\nchar b[] = {0xd0, 0x00};').pieces.map(({ bytes }) => hexOf(bytes)),
  ).toEqual(['c000', 'd000']);
});

// What the review of the first version found misread: first-contact 4 and 16, field cases G13 to G17.
test.each([
  ['G13, hexdump without -C', '0000000 0220 0000                              \n0000004\n', '20020000'],
  ['G14, decimal bytes of Go', '[32 2 0 0]\n', '20020000'],
  ['G15, JSON.stringify(buffer)', '{"type":"Buffer","data":[32,2,0,0]}\n', '20020000'],
  ['first-contact 4, Python', "b'\\x20\\x02\\x00\\x05'", CONNACK],
  [
    'first-contact 4, a row of Wireshark',
    '0000   30 0e 00 04 62 2f 63 2f 32 31 2e 35 20 43 20 20',
    '300e0004622f632f32312e3520432020',
  ],
])('%s', (_case, input, bytes) => {
  expect(read(input)).toBe(bytes);
});

test('G16, a Buffer that Node cut off, shows what is there and compares it with the Remaining Length', () => {
  const cut = `<Buffer 30 3a 00 01 61${' 41'.repeat(45)} ... 10 more bytes>\n`;
  expect(notes(cut)).toEqual(['the log cut 10 more bytes']);
  expect(inspect(readWords(cut).pieces).map(verdictText)).toEqual(['incomplete: 50 of 60 bytes, 10 are missing']);
});

test('a frame whose end the dump lacks is read as far as it goes', () => {
  const frame = '4500003100010000400600007f0000017f000001c350075b000000010000000150180000000000003007000361';
  expect(inspect(readWords(frame).pieces).map(verdictText)).toEqual(['incomplete: 5 of 9 bytes, 4 are missing']);
});
