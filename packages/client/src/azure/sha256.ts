// SHA-256 [FIPS 180-4] and HMAC [RFC 2104] in standard ECMAScript, for engines without crypto functions. On Node the edge uses
// `node:crypto`, which is faster and takes the same time for all keys.

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes [FIPS 180-4 4.2.2]. */
const ROUNDS: readonly number[] = /* @__PURE__ */ fractions(64, 1 / 3);
/** First 32 bits of the fractional parts of the square roots of the first eight primes [FIPS 180-4 5.3.3]. */
const START: readonly number[] = /* @__PURE__ */ fractions(8, 1 / 2);

/** Bytes of a block [FIPS 180-4 1]. */
const BLOCK = 64;

/**
 * The SHA-256 of some bytes, 32 bytes. Uses 600 bytes of memory, whatever the length of the input is.
 *
 * @example
 * encodeBase64(sha256(new Uint8Array(0))); // '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const hash = new Sha256();
  hash.update(bytes);
  return hash.finish();
}

/**
 * The HMAC-SHA256 of some bytes, 32 bytes. Uses 900 bytes of arrays, whatever the length of the input is. The block that holds the
 * key is filled with zeros at the end. An engine that moves objects in memory may leave unreachable copies of it; `key` itself is the
 * caller's to wipe. No branch and no index depends on the bytes of the key; whether the engine's arithmetic takes the same time for
 * all values is outside this code.
 *
 * @example
 * const key = decodeBase64('AAECAwQFBgcICQoLDA0ODw==')!;
 * const signature = hmacSha256(key, new TextEncoder().encode('text'));
 */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const start = key.length > BLOCK ? sha256(key) : key;
  block.set(start);
  if (start !== key) start.fill(0);
  const inner = begun(block, 0x36);
  inner.update(bytes);
  // The block was changed by 0x36 before: this undoes it and applies 0x5c.
  const outer = begun(block, 0x36 ^ 0x5c);
  block.fill(0);
  outer.update(inner.finish());
  return outer.finish();
}

/** Changes each byte of the block by `mask`, in place, and returns a hash that has taken it. */
function begun(block: Uint8Array, mask: number): Sha256 {
  for (let i = 0; i < BLOCK; i++) block[i]! ^= mask;
  const hash = new Sha256();
  hash.update(block);
  return hash;
}

/**
 * A hash under way, for input that comes in pieces.
 *
 * @example
 * const hash = new Sha256();
 * hash.update(Uint8Array.of(0x61));
 * hash.update(Uint8Array.of(0x62, 0x63));
 * encodeBase64(hash.finish()); // 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='
 */
export class Sha256 {
  readonly #state = Int32Array.from(START);
  readonly #words = new Int32Array(64);
  readonly #block = new Uint8Array(BLOCK);
  /** Number of bytes so far. */
  #length = 0;

  /** Takes the next bytes. They are not kept: the caller may write over them. */
  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const used = this.#length % BLOCK;
      const take = Math.min(BLOCK - used, bytes.length - at);
      this.#block.set(bytes.subarray(at, at + take), used);
      this.#length += take;
      at += take;
      if (this.#length % BLOCK === 0) this.#compress();
    }
  }

  /** Returns the hash and fills the kept input with zeros. The object cannot be used afterwards. */
  finish(): Uint8Array {
    const length = this.#length;
    // Padding: 0x80, zeros, and the length in bits [FIPS 180-4 5.1.1]. Two blocks at most.
    const padding = new Uint8Array(((length + 8) % BLOCK < length % BLOCK ? 2 * BLOCK : BLOCK) - (length % BLOCK));
    padding[0] = 0x80;
    const bits = length * 8;
    for (let i = 1; i <= 8; i++) padding[padding.length - i] = Math.floor(bits / 256 ** (i - 1)) % 256;
    this.update(padding);
    const hash = new Uint8Array(32);
    this.#state.forEach((word, i) => {
      for (let byte = 0; byte < 4; byte++) hash[i * 4 + byte] = word >>> (24 - byte * 8);
    });
    this.#block.fill(0);
    this.#words.fill(0);
    this.#state.fill(0);
    return hash;
  }

  #compress(): void {
    const w = this.#words;
    const block = this.#block;
    for (let i = 0; i < 16; i++)
      w[i] = (block[i * 4]! << 24) | (block[i * 4 + 1]! << 16) | (block[i * 4 + 2]! << 8) | block[i * 4 + 3]!;
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
      const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
      w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
    }
    const state = this.#state;
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let i = 0; i < 64; i++) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i]! + w[i]!) | 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }
}

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/**
 * The first 32 bits of the fractional parts of roots of the first primes. The 53 bits of a double are enough for roots below 7; `| 0` drops
 * what stands before the point.
 */
function fractions(count: number, power: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    let isPrime = true;
    for (let i = 2; i * i <= n; i++) if (n % i === 0) isPrime = false;
    if (isPrime) found.push((n ** power * 2 ** 32) | 0);
  }
  return found;
}
