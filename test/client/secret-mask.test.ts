import { describe, expect, test } from 'vitest';
import { makeSecretMask } from '../../packages/client/src/dps/secret-mask.ts';

// The mask looks at a text in steps, so that it needs no set of parts: here is each place where eight characters may stand.

const SIGNATURE = 'q7+zA/9vJk0xR2hWmT5dLc8sYp3Bn1EoGf6UeQi4KtA=';
const tokenOf = (signature: string): string => `SharedAccessSignature sr=x&sig=${encodeURIComponent(signature)}&se=1`;
const maskOf = (...signatures: string[]): ((text: string) => string) => {
  const mask = makeSecretMask();
  for (const signature of signatures) mask.addToken(tokenOf(signature));
  return mask.text;
};
const masked = maskOf(SIGNATURE);

const bytes = Buffer.from(SIGNATURE, 'base64');
const FORMS = {
  text: SIGNATURE,
  'bytes in hex': bytes.toString('hex'),
  'text in base64': Buffer.from(SIGNATURE).toString('base64').replace(/=/g, '').slice(0, -1),
  'text in hex': Buffer.from(SIGNATURE).toString('hex'),
};

describe.each(Object.entries(FORMS))('the signature as %s', (_, form) => {
  test('any eight in a row are masked behind 0 to 12 other characters, with and without something behind them', () => {
    for (let at = 0; at + 8 <= form.length; at++)
      for (let before = 0; before <= 12; before++)
        for (const after of ['', '~', '~~~~~~~~~~']) {
          const around = '~'.repeat(before);
          expect(masked(around + form.slice(at, at + 8) + after)).toBe(`${around}***${after}`);
        }
  });

  test('seven in a row say too little and stay', () => {
    for (let at = 0; at + 7 <= form.length; at++) {
      const text = `~~~${form.slice(at, at + 7)}~`;
      expect(masked(text)).toBe(text);
    }
  });

  test('the end of one and the beginning of the next are both found, whole', () => {
    for (let length = 8; length <= form.length; length++)
      expect(masked(`${form.slice(-length)}~${form.slice(0, length)}`)).toBe('***~***');
  });
});

test('of twenty tokens each is known', () => {
  const signatures = Array.from({ length: 20 }, (_, i) => Buffer.alloc(32, `${i} is its own `).toString('base64'));
  const knowing = maskOf(...signatures);
  for (const signature of signatures) expect(knowing(`~${signature.slice(9, 17)}~`)).toBe('~***~');
});

test('a text shorter than eight characters is given back, and so is the empty one', () => {
  for (let length = 0; length < 8; length++) {
    const text = SIGNATURE.slice(0, length);
    expect(masked(text)).toBe(text);
  }
});

test('bytes of a signature in a text of JSON are masked, whichever of them JSON escapes', () => {
  const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
  const read = (text: string) =>
    text.replace(/\\(?:u(....)|(.))/g, (_, unit, sign) =>
      unit ? String.fromCharCode(Number.parseInt(unit, 16)) : (ESCAPED[sign] ?? sign),
    );
  // Every byte follows from the number of the signature. No eight of them in a row may be read afterwards.
  let tried = 0;
  for (let n = 0; n < 300; n++) {
    const raw = Buffer.from(Array.from({ length: 32 }, (_, at) => (n * 37 + at * at * 11 + at * (n % 7)) & 0x7f));
    const text = raw.toString('latin1');
    // Bytes that happen to be an escape themselves are read as one.
    if (/%[\da-f]{2}|\\/i.test(text)) continue;
    tried++;
    const said = maskOf(raw.toString('base64'))(JSON.stringify({ message: text }));
    for (const shown of [said, read(said)])
      for (let at = 0; at + 8 <= text.length; at++)
        expect(shown.toLowerCase()).not.toContain(text.slice(at, at + 8).toLowerCase());
  }
  expect(tried).toBeGreaterThan(100);
});

test.each(['%', '%z', 'abc%2', '%ff', '%E0%A4', ''])(
  'a signature with broken escapes, %j, is masked as it is written',
  (tail) => {
    const mask = makeSecretMask();
    mask.addToken(`SharedAccessSignature sr=x&sig=abcdefghij${tail}&se=1`);
    expect(mask.text('it said abcdefghij!')).toBe('it said ***!');
  },
);
