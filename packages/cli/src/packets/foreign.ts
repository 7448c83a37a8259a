import { isWhole, looksLikeMqtt } from './framing.ts';

/** The name of what these bytes are, if they are not MQTT: `SSH`, `a PNG image`. Undefined if their beginning is unknown. */
export function foreignName(bytes: Uint8Array): string | undefined {
  return nameOf(String.fromCharCode(...bytes.subarray(0, 64))) ?? namedByStructure(bytes);
}

/** The same for a text. Only the characters are looked at: what its digits stand for is read elsewhere. */
export function foreignTextName(text: string): string | undefined {
  return nameOf(text.trimStart().slice(0, 64));
}

function nameOf(start: string): string | undefined {
  return BEGINNINGS.find(([pattern]) => pattern.test(start))?.[1];
}

const CAPTURE = '`tshark -r FILE -w FILE.pcap` makes it one that can be read';

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: bytes of file formats, one character each
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^HTTP\/\d/i, 'an HTTP response'],
  [/^[A-Z]{3,10} \S+ HTTP\/\d/, 'an HTTP request'],
  [/^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|TRACE|CONNECT) \S+/, 'an HTTP request'],
  [/^PRI \* HTTP\/2/, 'HTTP/2'],
  [/^\x00\x00[\x00-\x3c]\x04\x00\x00\x00\x00\x00(?:\x00[\x01-\x08]|$)/, 'HTTP/2'],
  [/^SSH-\d/, 'SSH'],
  [/^-----BEGIN /, 'PEM: a certificate or a key'],
  [/^\x1f\x8b/, 'gzip: `gunzip` it first'],
  [/^\x1f\x9d/, 'compress: `uncompress` it first'],
  [/^\x78[\x5e\x9c\xda]/, 'zlib: `zlib-flate -uncompress` or `pigz -d` it first'],
  [/^PK(?:\x03\x04|\x05\x06|\x07\x08)/, 'a zip archive'],
  [/^Rar!\x1a\x07/, 'a rar archive'],
  [/^MSCF\x00{4}/, 'a cabinet archive'],
  [/^!<arch>\n/, 'an ar archive'],
  [/^\xed\xab\xee\xdb/, 'an rpm package'],
  [/^\x89PNG/, 'a PNG image'],
  [/^\xff\xd8\xff/, 'a JPEG image'],
  [/^GIF8[79]a/, 'a GIF image'],
  [/^RIFF....WEBP/s, 'a WebP image'],
  [/^RIFF....WAVE/s, 'a WAV sound'],
  [/^(?:II\*\x00|MM\x00\*)/, 'a TIFF image'],
  [/^BM....\x00{4}/s, 'a BMP image'],
  [/^OggS\x00/, 'an Ogg sound or video'],
  [/^ID3[\x02-\x04]/, 'an MP3 sound'],
  [/^fLaC\x00/, 'a FLAC sound'],
  [/^....ftyp[a-zA-Z0-9 ]{4}/s, 'an MP4 video'],
  [/^%PDF-/, 'a PDF'],
  [/^\{\\rtf1/, 'RTF'],
  [/^\x7fELF/, 'an ELF program'],
  [/^MZ.{30}/s, 'a Windows program'],
  [/^(?:\xcf\xfa\xed\xfe|\xce\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf])/, 'a macOS program'],
  [/^\x00asm/, 'WebAssembly'],
  [/^\xca\xfe\xba\xbe/, 'a Java class'],
  [/^UF2\n/, 'a UF2 firmware image'],
  [
    /^:[\da-f]{8}(?:[\da-f]{2})+\r?(?:\n|$|[\da-f]*$)/i,
    'Intel HEX: `objcopy -I ihex -O binary FILE FILE.bin` makes it bytes',
  ],
  [/^S[0-9][\da-f]{8,}\r?(?:\n|$)/i, 'S-records: `objcopy -I srec -O binary FILE FILE.bin` makes it bytes'],
  [/^BZh[1-9]1AY&SY/, 'bzip2: `bunzip2` it first'],
  [/^\xfd7zXZ\x00/, 'xz: `unxz` it first'],
  [/^\x28\xb5\x2f\xfd/, 'zstd: `unzstd` it first'],
  [/^\x04\x22\x4d\x18/, 'lz4: `unlz4` it first'],
  [/^LZIP\x01/, 'lzip: `lzip -d` it first'],
  [/^7z\xbc\xaf\x27\x1c/, 'a 7z archive'],
  [/^SQLite format 3/, 'an SQLite database'],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, 'an Office or MSI file'],
  [
    /^(?:\xa1\xb2(?:\xc3\xd4|\x3c\x4d|\xcd\x34)|(?:\xd4\xc3|\x4d\x3c|\x34\xcd)\xb2\xa1)/,
    'the beginning of a pcap file',
  ],
  [/^\x0a\x0d\x0d\x0a/, 'the beginning of a pcapng file'],
  [/^snoop\x00/, `a snoop capture: ${CAPTURE}`],
  [/^(?:GMBU|RTSS)/, `a Network Monitor capture: ${CAPTURE}`],
  [/^TRSNIFF data/, `a Sniffer capture: ${CAPTURE}`],
  [/^XCP\x00/, `a NetXRay capture: ${CAPTURE}`],
  [/^ObserverPktBuffe/, `an Observer capture: ${CAPTURE}`],
  [/^\x05VNF/, `a Visual Networks capture: ${CAPTURE}`],
  [/^\xaa\xaa\xaa\xaa/, `a 5Views capture: ${CAPTURE}`],
  [/^\x54\x52\x00\x64\x00/, `an HP-UX nettl capture: ${CAPTURE}`],
  [/^\+-{9}\+-{15}\+-{10}\+/, `a K12 text capture: ${CAPTURE}`],
  [/^btsnoop\x00/, 'a Bluetooth capture'],
  [/^AMQP/, 'AMQP'],
  [/^\x00\x00..\x02[\x00\x01]\x00\x00\x00\x53/s, 'AMQP'],
  [/^\x01\x00\x00\x00\x00..\x00\x0a\x00[\x0a\x0b\x14\x15\x1e\x1f\x28\x29\x32\x33]/s, 'AMQP'],
  [/^(?:CONNECT|CONNECTED|STOMP|SEND|SUBSCRIBE|MESSAGE|ERROR)\r?\n(?:[a-z-]+:.*\r?\n)/, 'STOMP'],
  [/^PROXY (?:TCP|UNKNOWN)/, 'a PROXY protocol header'],
  [/^\r\n\r\n\x00\r\nQUIT\n/, 'a PROXY protocol header'],
  [/^(?:<\?xml|<!doctype|<html|<stream:)/i, 'XML or HTML'],
  [/^220[ -][^\r\n]*(?:SMTP|FTP)/i, 'SMTP or FTP'],
  [/^(?:[*$]\d+\r\n|[+]PONG\r\n|-(?:ERR|NOAUTH|WRONGPASS|DENIED) )/, 'Redis'],
  [/^INFO \{"/, 'NATS'],
  [/^\xff\xfe\x00\x00|^\x00\x00\xfe\xff/, 'UTF-32 text'],
  [/^\xff\xfe|^\xfe\xff/, 'UTF-16 text'],
];
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: bytes of file formats, one character each

function namedByStructure(bytes: Uint8Array): string | undefined {
  return (
    tlsName(bytes) ??
    (isDer(bytes) ? 'DER: a certificate or a key' : undefined) ??
    datagramName(bytes) ??
    tarName(bytes)
  );
}

const TLS_RECORDS = ['change cipher spec', 'alert', 'handshake', 'data', 'heartbeat'];

/** Recognises records of TLS and DTLS, also by their first three bytes alone, and the ClientHello of SSL 2. */
function tlsName(bytes: Uint8Array): string | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = bytes;
  const record = TLS_RECORDS[first - 0x14];
  const dtls = second === 0xfe && (third === 0xff || third === 0xfd);
  const tls = second === 3 && third <= 4 && fourth * 256 + fifth <= 18_432;
  if (record !== undefined && bytes.length >= 3 && (dtls || tls))
    return `a ${dtls ? 'DTLS' : 'TLS'} record (${record}): MQTT within it is encrypted`;
  // ClientHello of SSL 2: a length whose highest bit is set, the type 1, version 2 or 3.
  const ssl2 = first >= 0x80 && third === 1 && (fourth === 3 || (fourth === 0 && fifth === 2)) && bytes.length >= 9;
  return ssl2 && (first & 0x7f) * 256 + second + 2 === bytes.length
    ? 'a ClientHello of SSL 2: MQTT behind it is encrypted'
    : undefined;
}

/** Recognises protocols of datagrams: MQTT-SN by its length, which must be that of all bytes; CoAP by version, token and code. */
function datagramName(bytes: Uint8Array): string | undefined {
  // Malformed or unfinished MQTT must not be taken for another protocol.
  if (isWhole(bytes) || looksLikeMqtt(bytes)) return undefined;
  const [first = 0, second = 0] = bytes;
  if (bytes.length >= 2 && first === bytes.length && SN_TYPES.has(second)) return 'MQTT-SN';
  const token = first & 15;
  const code = second >> 5;
  const options = bytes[4 + token];
  const coap =
    first >> 6 === 1 &&
    token <= 8 &&
    bytes.length >= 4 + token &&
    ([2, 4, 5].includes(code) || (code === 0 && second >= 1 && second <= 7 && options !== undefined)) &&
    (options === undefined || options >> 4 !== 15 || options === 255) &&
    (options !== undefined || token > 0);
  return coap ? 'CoAP' : undefined;
}

/** The message types of MQTT-SN that exist, from ADVERTISE to WILLMSGRESP. */
const SN_TYPES = new Set([
  0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 26, 27, 28, 29,
]);

function tarName(bytes: Uint8Array): string | undefined {
  return String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar' ? 'a tar archive' : undefined;
}

/** Recognises DER: a SEQUENCE that is as long as all bytes, and begins with another SEQUENCE or an INTEGER. */
function isDer(bytes: Uint8Array): boolean {
  const [tag, form = 0, third = 0, fourth = 0] = bytes;
  if (tag !== 0x30) return false;
  const [length, header] =
    form === 0x82 ? [third * 256 + fourth, 4] : form === 0x81 ? [third, 3] : form < 0x80 ? [form, 2] : [0, 0];
  return (
    header > 0 && length + header === bytes.length && (bytes[header] === 0x30 || bytes[header] === 0x02) && length > 8
  );
}
