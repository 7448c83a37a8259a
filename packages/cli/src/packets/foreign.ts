/** What bytes are that are not MQTT, by how they begin; undefined when nobody knows. */
export function foreignName(bytes: Uint8Array): string | undefined {
  return nameOf(String.fromCharCode(...bytes.subarray(0, 64))) ?? namedByStructure(bytes);
}

/** The same of a text, in which digits are digits. */
export function foreignTextName(text: string): string | undefined {
  return nameOf(text.trimStart().slice(0, 64));
}

function nameOf(start: string): string | undefined {
  return BEGINNINGS.find(([pattern]) => pattern.test(start))?.[1];
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: bytes of file formats, one character each
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^HTTP\/\d/, 'an HTTP response'],
  [/^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|TRACE|CONNECT) \S+/, 'an HTTP request'],
  [/^PRI \* HTTP\/2/, 'HTTP/2'],
  [/^SSH-\d/, 'SSH'],
  [/^-----BEGIN /, 'PEM: a certificate or a key'],
  [/^\x1f\x8b/, 'gzip: `gunzip` it first'],
  [/^PK(?:\x03\x04|\x05\x06|\x07\x08)/, 'a zip archive'],
  [/^\x89PNG/, 'a PNG image'],
  [/^\xff\xd8\xff/, 'a JPEG image'],
  [/^GIF8[79]a/, 'a GIF image'],
  [/^RIFF....WEBP/, 'a WebP image'],
  [/^%PDF-/, 'a PDF'],
  [/^\x7fELF/, 'an ELF program'],
  [/^MZ.{30}/, 'a Windows program'],
  [/^\x00asm/, 'WebAssembly'],
  [/^\xca\xfe\xba\xbe/, 'a Java class'],
  [/^BZh[1-9]1AY&SY/, 'bzip2: `bunzip2` it first'],
  [/^\xfd7zXZ\x00/, 'xz: `unxz` it first'],
  [/^\x28\xb5\x2f\xfd/, 'zstd: `unzstd` it first'],
  [/^7z\xbc\xaf\x27\x1c/, 'a 7z archive'],
  [/^SQLite format 3/, 'an SQLite database'],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, 'an Office or MSI file'],
  [/^snoop\x00/, 'a snoop capture: `tshark -r FILE -w FILE.pcap` makes it one that can be read'],
  [/^GMBU/, 'a Network Monitor capture: `tshark -r FILE -w FILE.pcap` makes it one that can be read'],
  [/^AMQP/, 'AMQP'],
  [/^PROXY (?:TCP|UNKNOWN)/, 'a PROXY protocol header'],
  [/^\r\n\r\n\x00\r\nQUIT\n/, 'a PROXY protocol header'],
  [/^(?:<\?xml|<!doctype|<html)/i, 'XML or HTML'],
  [/^[*+$-]\d+\r\n/, 'Redis'],
  [/^\xff\xfe|^\xfe\xff/, 'UTF-16 text'],
];
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: bytes of file formats, one character each

function namedByStructure(bytes: Uint8Array): string | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = bytes;
  if (
    first >= 0x14 &&
    first <= 0x18 &&
    second === 3 &&
    third <= 4 &&
    bytes.length >= 5 &&
    fourth * 256 + fifth <= 18_432
  )
    return `a TLS record (${TLS_RECORDS[first - 0x14]}): MQTT within it is encrypted`;
  if (isDer(bytes)) return 'DER: a certificate or a key';
  return undefined;
}

const TLS_RECORDS = ['change cipher spec', 'alert', 'handshake', 'data', 'heartbeat'];

/** A SEQUENCE whose length is that of all bytes, and that begins with another structure or a number. */
function isDer(bytes: Uint8Array): boolean {
  const [tag, form = 0, third = 0, fourth = 0] = bytes;
  if (tag !== 0x30) return false;
  const [length, header] =
    form === 0x82 ? [third * 256 + fourth, 4] : form === 0x81 ? [third, 3] : form < 0x80 ? [form, 2] : [0, 0];
  return (
    header > 0 && length + header === bytes.length && (bytes[header] === 0x30 || bytes[header] === 0x02) && length > 8
  );
}
