import { decodeUtf8, type Packet, PUBLISH, type PublishPacket } from '@mote/codec';
import { expect, test } from 'vitest';
import { makeSecretMask, type SecretMask } from '../../packages/client/src/dps/secret-mask.ts';

// The mask alone, without a connection: the forms in which a secret is hidden, and that nothing else is. Places in a text: secret-mask.test.ts.

/** Its base64 has `+` and `/`. */
const BYTES = Uint8Array.from({ length: 32 }, (_, at) => (at * 73 + 251) % 256);
const SIGNATURE = Buffer.from(BYTES).toString('base64');
const TOKEN = `SharedAccessSignature sr=x&sig=${encodeURIComponent(SIGNATURE)}&se=1`;
/** Base64 of 64 bytes, which has two characters of padding; of 65, which has one, and of 66. */
const CSRS = [64, 65, 66].map((length) =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 151 + 7) % 256)).toString('base64'),
);
const CSR = CSRS[0]!;

function mask(token: string | undefined, csr?: string): SecretMask {
  const made = makeSecretMask(csr);
  if (token !== undefined) made.addToken(token);
  return made;
}

const inHex = (text: string): string => Buffer.from(text).toString('hex');
const escapedBy = (text: string, one: (code: number) => string): string =>
  text.replace(/[\s\S]/g, (unit) => one(unit.charCodeAt(0)));
const percent = (text: string): string => escapedBy(text, (code) => `%${code.toString(16).padStart(2, '0')}`);
const json = (text: string): string => escapedBy(text, (code) => `\\u${code.toString(16).padStart(4, '0')}`);

/** Each a text in which a signature may come back. All of it is hidden: what is left are the characters around it. */
const WHOLE: readonly (readonly [how: string, write: (signature: string) => string])[] = [
  ['as it is', (text) => text],
  ['as bytes', (text) => Buffer.from(text, 'base64').toString('latin1')],
  ['in hex of its bytes', (text) => Buffer.from(text, 'base64').toString('hex')],
  ['in hex of its text', inHex],
  ['in capitals', (text) => inHex(text).toUpperCase()],
  ['in base64 of URLs', (text) => text.replaceAll('+', '-').replaceAll('/', '_')],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded in each character', percent],
  ['percent-encoded twice', (text) => percent(percent(text))],
  ['percent-encoded three times', (text) => percent(percent(percent(text)))],
  ['behind JSON escapes', json],
  ['behind JSON escapes in capitals', (text) => json(text).replace(/[a-f\d]{4}/g, (digits) => digits.toUpperCase())],
  ['behind JSON escapes of percent escapes', (text) => json(percent(text))],
  ['between NULs', (text) => text.split('').join('\0')],
];

test.each(WHOLE)(
  'a signature %s is hidden, at the beginning, in the middle and at the end of a text',
  (_how, write) => {
    const { text } = mask(TOKEN);
    const written = write(SIGNATURE);
    for (const [before, after] of [
      ['', ''],
      ['<', ''],
      ['', '>'],
      ['<<', '>>'],
    ] as const) {
      // Padding and NULs at the edge are no secret.
      const shown = text(`${before}${written}${after}`).replace(/\*\*\*(=|%3d|3d|%253d)*/i, '***');
      expect(shown).toBe(`${before}***${after}`);
    }
  },
);

test('a signature with a slash in every seven characters is hidden where JSON escapes its slashes', () => {
  const signature = 'abcdef/ghijkl/mnopqr/stuvwx/yzABCD/EFGHIJ/K';
  const token = `SharedAccessSignature sr=x&sig=${encodeURIComponent(signature)}&se=1`;
  expect(mask(token).text(`<${signature.replaceAll('/', '\\/')}>`)).toBe('<***>');
});

test('a signature that comes back in base64 of its bytes or text is hidden behind none, one and two other bytes', () => {
  const { text } = mask(TOKEN);
  for (const secret of [Buffer.from(BYTES), Buffer.from(SIGNATURE)])
    for (const before of ['', 'x', 'xy']) {
      const shown = text(Buffer.concat([Buffer.from(before), secret]).toString('base64'));
      expect(shown).toContain('***');
      // Of the digits next to it two at most are shared with what stands beside it.
      expect(shown.length).toBeLessThan(before.length + 9);
    }
});

test('eight characters in a row of a signature are hidden wherever they stand in it, and seven are not', () => {
  const { text } = mask(TOKEN);
  for (let at = 0; at + 8 <= SIGNATURE.length; at++) {
    expect(text(`<${SIGNATURE.slice(at, at + 8)}>`)).toBe('<***>');
    expect(text(`<${SIGNATURE.slice(at, at + 7)}>`)).toBe(`<${SIGNATURE.slice(at, at + 7)}>`);
    expect(text(SIGNATURE.slice(at, at + 7))).toBe(SIGNATURE.slice(at, at + 7));
  }
});

test('a text ends as it ended, also where its end is one of the characters of a signature', () => {
  const { text } = mask(TOKEN);
  for (let length = 0; length < 8; length++) {
    const end = SIGNATURE.slice(SIGNATURE.length - length);
    expect(text(`no ${end}`)).toBe(`no ${end}`);
  }
});

test('escapes are looked behind three times, and no more: a text of nothing else costs no more than three readings', () => {
  const deep = percent(percent(percent(percent(SIGNATURE))));
  expect(mask(TOKEN).text(deep)).toBe(deep);
  const nested = `%${'25'.repeat(1000)}`;
  expect(mask(TOKEN).text(nested)).toBe(nested);
});

test('each place is marked once, however long it is, and what stands between two is kept', () => {
  const { text } = mask(TOKEN);
  expect(text(`${SIGNATURE} and ${SIGNATURE}`).replaceAll('***=', '***')).toBe('*** and ***');
  expect(text(`a ${TOKEN} b`)).toBe('a *** b');
  expect(text(`${TOKEN}${TOKEN}`)).toBe('***');
});

test('a token is hidden in either case of its letters', () => {
  const { text } = mask(TOKEN);
  expect(text(TOKEN.toUpperCase())).toBe('***');
  expect(text(TOKEN.toLowerCase())).toBe('***');
});

test('the tokens of two connections are hidden, each of them', () => {
  const both = mask(TOKEN);
  const second = TOKEN.replace('sr=x', 'sr=y');
  both.addToken(second);
  expect(both.text(`${TOKEN} ${second}`)).toBe('*** ***');
});

test.each(['', 'a text', 'Grüße 🚀 \ud800', '100 %', '%zz \\u12 \\', '\\/ %41 \\u0041 \0 nothing', 'A'.repeat(100)])(
  '%j has nothing to hide and comes back as it is',
  (plain) => {
    expect(mask(TOKEN, CSR).text(plain)).toBe(plain);
    expect(mask(undefined).text(plain)).toBe(plain);
  },
);

test('of a text that hides a secret behind escapes, only what is hidden is taken out', () => {
  expect(mask(TOKEN).text(`%3cb%3e \\u003d ${percent(TOKEN)} end`)).toBe('<b> = *** end');
});

const WHOLE_CSR: readonly (readonly [how: string, write: (csr: string) => string])[] = [
  ['as it is', (csr) => csr],
  ['in capitals', (csr) => csr.toUpperCase()],
  ['in hex of its bytes', (csr) => Buffer.from(csr, 'base64').toString('hex')],
  ['in hex of its text', inHex],
  ['as bytes', (csr) => Buffer.from(csr, 'base64').toString('latin1')],
  ['behind escapes', percent],
];

test.each(WHOLE_CSR)('a CSR is hidden whole, %s, with every length of its padding', (_how, write) => {
  for (const csr of CSRS) expect(mask(undefined, csr).text(`<${write(csr)}>`)).toBe('<***>');
});

test.each(['its bytes', 'its text'])('a CSR in base64 of %s is hidden behind none, one and two other bytes', (what) => {
  for (const csr of CSRS)
    for (const before of ['', 'x', 'xy'])
      for (const after of ['', 'z', 'zzz']) {
        const secret = Buffer.from(csr, what === 'its bytes' ? 'base64' : 'utf8');
        const shown = mask(undefined, csr).text(
          Buffer.concat([Buffer.from(before), secret, Buffer.from(after)]).toString('base64'),
        );
        expect(shown).toMatch(/^.{0,3}\*\*\*.{0,8}$/);
      }
});

test('parts of a CSR stay: the certificate that is issued has some of them, too', () => {
  const part = CSR.slice(0, 40);
  expect(mask(TOKEN, CSR).text(part)).toBe(part);
});

test('a CSR of eight characters is hidden in all its forms, and of a shorter one those that have eight', () => {
  expect(mask(undefined, 'QUJDREVG').text(`QUJDREVG ${inHex('QUJDREVG')}`)).toBe('*** ***');
  expect(mask(undefined, 'MIIB').text(`MIIB ${inHex('MIIB')} 308201`)).toBe('*** *** 308201');
});

test('a CSR of twelve characters is hidden in hex of its bytes, which are nine', () => {
  expect(mask(undefined, 'QUJDREVGR0hJ').text('ABCDEFGHI, 414243444546474849')).toBe('***, ***');
});

test('a password that is no SAS token is hidden as it is', () => {
  expect(mask('one of another kind').text('bad: one of another kind, Stryker')).toBe('bad: ***, Stryker');
});

test('without a secret nothing is hidden', () => {
  expect(mask(undefined).text(`${TOKEN} ${CSR}`)).toBe(`${TOKEN} ${CSR}`);
});

function published(payload: Uint8Array, topicName = 'a'): PublishPacket {
  return { type: PUBLISH, topicName, payload, qos: 0, packetId: undefined, retain: false, dup: false };
}

const shownOf = (packet: Packet): PublishPacket => mask(TOKEN).packet(packet) as PublishPacket;

test('a PUBLISH is shown without what its payload or its topic hide, and is otherwise the same', () => {
  const packet = published(Buffer.from(`Grüße ${TOKEN}`), `a/${TOKEN}`);
  const shown = shownOf(packet);
  expect(decodeUtf8(shown.payload)).toBe('Grüße ***');
  expect({ ...shown, payload: undefined }).toEqual({ ...packet, topicName: 'a/***', payload: undefined });
  expect(decodeUtf8(packet.payload)).toBe(`Grüße ${TOKEN}`);
});

test('the bytes of a signature are hidden where they are characters of UTF-8, too', () => {
  const shown = shownOf(published(Buffer.from(Buffer.from(BYTES).toString('latin1'))));
  expect(decodeUtf8(shown.payload)).toBe('***');
});

test('a payload that is no UTF-8 is shown byte by byte, without the secret', () => {
  const shown = shownOf(published(Buffer.from(`\u00ff${TOKEN}\u00fe`, 'latin1')));
  expect([...shown.payload]).toEqual([0xff, 0x2a, 0x2a, 0x2a, 0xfe]);
  const other = Uint8Array.of(0xff, 0, 0x41, 0xfe);
  expect([...shownOf(published(other)).payload]).toEqual([...other]);
});

test('a payload whose escapes give no Unicode is shown without the secret, and does not end the connection', () => {
  const shown = shownOf(published(Buffer.from(`\\ud800${json(TOKEN)}`)));
  expect(Buffer.from(shown.payload).toString('latin1')).toContain('***');
  expect(Buffer.from(shown.payload).toString('latin1')).not.toContain('\\u');
});

test('other packets are shown as they are', () => {
  const packet: Packet = { type: 13 };
  expect(mask(TOKEN).packet(packet)).toBe(packet);
});
