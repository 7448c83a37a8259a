import { createHash, createHmac } from 'node:crypto';
import { decodeBase64, encodeBase64, hmacSha256, Sha256, sha256 } from '@mote/client/azure';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const ascii = (text: string) => Uint8Array.from(Buffer.from(text));

describe('SHA-256', () => {
  // FIPS 180-2, appendix B, and the vectors of NIST's examples.
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('%.20j…', (text, expected) => {
    expect(hex(sha256(ascii(text)))).toBe(expected);
  });

  test('of each length up to three blocks it is that of OpenSSL', () => {
    for (let length = 0; length <= 192; length++) {
      const input = new Uint8Array(length).fill(length);
      expect(hex(sha256(input))).toBe(createHash('sha256').update(input).digest('hex'));
    }
  });

  test('however the input comes in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
        const hash = new Sha256();
        for (const piece of pieces) hash.update(piece);
        expect(hex(hash.finish())).toBe(createHash('sha256').update(Buffer.concat(pieces)).digest('hex'));
      }),
    );
  });
});

describe('HMAC-SHA-256', () => {
  // RFC 4231, 4.2 to 4.8; the fifth is cut to 128 bits there.
  test.each([
    ['0b'.repeat(20), hex(ascii('Hi There')), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      hex(ascii('Jefe')),
      hex(ascii('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
    [
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      'cd'.repeat(50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    ['0c'.repeat(20), hex(ascii('Test With Truncation')), 'a3b6167473100ee06e0c796c2955552b'],
    [
      'aa'.repeat(131),
      hex(ascii('Test Using Larger Than Block-Size Key - Hash Key First')),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      'aa'.repeat(131),
      hex(
        ascii(
          'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
        ),
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('RFC 4231, key %.12s…', (key, data, expected) => {
    expect(hex(hmacSha256(bytes(key), bytes(data))).slice(0, expected.length)).toBe(expected);
  });

  test.each([0, 1, 63, 64, 65, 128])('with a key of %i bytes it is that of OpenSSL', (length) => {
    const key = new Uint8Array(length).fill(7);
    expect(hex(hmacSha256(key, ascii('x')))).toBe(createHmac('sha256', key).update('x').digest('hex'));
  });

  test('is that of OpenSSL for any key and data, and changes neither', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 300 }), (key, data) => {
        const before = [hex(key), hex(data)];
        expect(hex(hmacSha256(key, data))).toBe(createHmac('sha256', key).update(data).digest('hex'));
        expect([hex(key), hex(data)]).toEqual(before);
      }),
    );
  });
});

describe('base64', () => {
  // RFC 4648, 10.
  test.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('%j is %j', (text, encoded) => {
    expect(encodeBase64(ascii(text))).toBe(encoded);
    expect(decodeBase64(encoded)).toEqual(ascii(text));
  });

  test('is that of Node for any bytes, and comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        const text = encodeBase64(input);
        expect(text).toBe(Buffer.from(input).toString('base64'));
        expect(decodeBase64(text)).toEqual(input);
        expect(decodeBase64(text.replace(/.{7}/g, '$&\r\n'))).toEqual(input);
      }),
    );
  });

  test.each([
    'Z',
    'Zg',
    'Zg=',
    'Zh==',
    'Zm9=',
    'Zm8',
    'Zg==Zg==',
    '=Zg=',
    'Zm9v=',
    'Zm9v====',
    'Zm-v',
    'Zm_v',
    'Zm9!',
    'Zg=\u0000',
    'Zmäv',
  ])('%j is none', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  test('whatever is read, is what would be written', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AZaz09+/=-_ \n!') }), (text) => {
        const read = decodeBase64(text);
        if (read) expect(encodeBase64(read)).toBe(text.replace(/\s/g, ''));
        else expect(Buffer.from(text, 'base64').toString('base64')).not.toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('memory of HMAC-SHA-256', () => {
  /** Every typed array that is made while `work` runs. */
  function arraysMadeBy(work: () => void): (Uint8Array | Int32Array)[] {
    const made: (Uint8Array | Int32Array)[] = [];
    const real = { Uint8Array, Int32Array };
    const noted = <Kind extends typeof Uint8Array | typeof Int32Array>(Real: Kind): Kind =>
      new Proxy(Real, {
        construct(target, args, newTarget) {
          const array = Reflect.construct(target, args, newTarget) as Uint8Array;
          made.push(array);
          return array;
        },
      });
    Object.assign(globalThis, { Uint8Array: noted(Uint8Array), Int32Array: noted(Int32Array) });
    try {
      work();
    } finally {
      Object.assign(globalThis, real);
    }
    return made;
  }

  test.each([16, 64, 65, 131])('of a key of %i bytes nothing is left in memory that was made for it', (length) => {
    const key = new Uint8Array(length).fill(0xa7);
    const made = arraysMadeBy(() => hmacSha256(key, new Uint8Array(100).fill(1)));
    // Of what is longer than a hash, all is zeros: the blocks, the words that were made of them, and the states.
    const kept = made.filter((array) => array.some((value) => value !== 0));
    expect(kept.every((array) => array instanceof Uint8Array)).toBe(true);
    for (const mask of [0, 0x36, 0x5c]) {
      const trace = Buffer.alloc(16, 0xa7 ^ mask);
      expect(kept.filter((array) => Buffer.from(array as Uint8Array).includes(trace))).toEqual([]);
    }
    // A key that is longer than a block counts as its hash.
    const hashed = sha256(key);
    expect(kept.filter((array) => Buffer.from(array as Uint8Array).includes(Buffer.from(hashed)))).toEqual([]);
    expect(made.length).toBeGreaterThan(5);
  });

  test('it is the same for a kilobyte and for a megabyte', () => {
    const key = new Uint8Array(32).fill(1);
    const bytesOf = (length: number) => {
      const data = new Uint8Array(length);
      return arraysMadeBy(() => hmacSha256(key, data)).reduce((sum, array) => sum + array.byteLength, 0);
    };
    // Of the same rest by 64, which has to be padded.
    expect(bytesOf(1000 + 64 * 10_000)).toBe(bytesOf(1000));
    expect(bytesOf(1000)).toBeLessThan(2000);
  });
});
