/** What the first message of a TLS client says about the certificate that it can use: RFC 8446, 4.1.2. */
export type HelloReading = 'incomplete' | 'needs-rsa' | 'any';

/** ContentType `handshake` of a record [RFC 8446 5.1]. */
const HANDSHAKE_RECORD = 0x16;
/** HandshakeType `client_hello` [RFC 8446 4]. */
const CLIENT_HELLO = 0x01;
/** Bytes before the content of a record: type, version, length. */
export const RECORD_HEADER = 5;
/** Most bytes of the content of a record [RFC 8446 5.1]. */
export const LONGEST_RECORD = 16_384;
/** The extension `signature_algorithms` [RFC 8446 4.2]. */
const SIGNATURE_ALGORITHMS = 13;

/** ECDHE-ECDSA suites of TLS 1.2 with AES-GCM, ChaCha20 and AES-CBC. */
const ECDSA_SUITES: ReadonlySet<number> = new Set([
  0xc02b, 0xc02c, 0xcca9, 0xc0ac, 0xc0ad, 0xc023, 0xc024, 0xc009, 0xc00a,
]);

/** Signature schemes of ECDSA end in 3: the hash may be any. */
const isEcdsaScheme = (scheme: number): boolean => (scheme & 0xff) === 0x03 && scheme >> 8 <= 0x06;

/** Reads the bytes that a client sent first. What is no ClientHello is left to TLS, which refuses it. */
export function readClientHello(bytes: Uint8Array): HelloReading {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) return 'any';
  if (bytes.length < RECORD_HEADER) return 'incomplete';
  const length = ((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0);
  if (length > LONGEST_RECORD) return 'any';
  if (bytes.length < RECORD_HEADER + length) return 'incomplete';
  const view = new DataView(bytes.buffer, bytes.byteOffset + RECORD_HEADER, length);
  try {
    return readHello(view);
  } catch {
    return 'any'; // cut short, or over several records: TLS decides
  }
}

function readHello(view: DataView): HelloReading {
  if (view.getUint8(0) !== CLIENT_HELLO) return 'any';
  let at = 4 + 2 + 32; // type and length, version, random
  at += 1 + view.getUint8(at); // session id
  const suites = uint16List(view, at);
  at += 2 + 2 * suites.length;
  at += 1 + view.getUint8(at); // compression
  const canUseEcdsa = suites.some((suite) => suite >> 8 === 0x13 || ECDSA_SUITES.has(suite));
  const schemes = at + 2 <= view.byteLength ? signatureSchemes(view, at) : undefined;
  return canUseEcdsa && (schemes === undefined || schemes.some(isEcdsaScheme)) ? 'any' : 'needs-rsa';
}

function signatureSchemes(view: DataView, start: number): number[] | undefined {
  const end = start + 2 + view.getUint16(start);
  for (let at = start + 2; at < end; ) {
    const type = view.getUint16(at);
    if (type === SIGNATURE_ALGORITHMS) return uint16List(view, at + 4);
    at += 4 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Numbers of two bytes behind their length in bytes. */
function uint16List(view: DataView, at: number): number[] {
  return Array.from({ length: view.getUint16(at) >> 1 }, (_, index) => view.getUint16(at + 2 + 2 * index));
}
