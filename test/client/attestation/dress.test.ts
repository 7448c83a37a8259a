import { createHmac, randomBytes, X509Certificate } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { deriveDeviceKey, x509 } from '@mote/client';
import { describe, expect, test } from 'vitest';
import type { Dressed } from '../../../packages/client/src/attestation/attestation.ts';
import { authorities } from '../../../packages/client/src/attestation/material/certificates.ts';
import { base64Csr } from '../../../packages/client/src/attestation/material/signing-request.ts';
import { certificateFor, ecKey, pem, signingRequest } from './made.ts';

/** How editors, shells, consoles, mails, variables and other tools hand on the same text. */
const TEXT_DRESSES: Readonly<Record<string, (text: string) => Dressed>> = {
  'as it is': (text) => text,
  'as bytes': (text) => Buffer.from(text),
  'as a Uint8Array of another realm': (text) =>
    runInNewContext('Uint8Array.from(bytes)', { bytes: [...Buffer.from(text)] }) as Uint8Array,
  'as a view into a larger buffer': (text) => Buffer.from(`xx${text}yy`).subarray(2, -2),
  'as a DataView': (text) => new DataView(Uint8Array.from(Buffer.from(text)).buffer),
  'with a byte order mark': (text) => Buffer.from(`\ufeff${text}`),
  'with a byte order mark, as text': (text) => `\ufeff${text}`,
  'with a byte order mark read as Latin-1': (text) => Buffer.from(`\ufeff${text}`).toString('latin1'),
  'in UTF-16, little end first': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'in UTF-16, big end first': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'in UTF-16, little end first, without a mark': (text) => Buffer.from(text, 'utf16le'),
  'in UTF-16, big end first, without a mark': (text) => Buffer.from(text, 'utf16le').swap16(),
  'in UTF-16 that was read as UTF-8': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').toString('utf8'),
  'with CRLF': (text) => text.replaceAll('\n', '\r\n'),
  'with CR': (text) => text.replaceAll('\n', '\r'),
  'without a line end behind it': (text) => text.trimEnd(),
  'with blank lines around it': (text) => `\n\r\n${text}\n\n  \n`,
  'with blanks at the line ends': (text) => text.replaceAll('\n', ' \t\n'),
  'with zeros behind it': (text) => Buffer.from(`${text}\0\0`),
};

/** What only text with lines, or with BEGIN and END, can have. */
const PEM_DRESSES: Readonly<Record<string, (text: string) => Dressed>> = {
  'with text above it': (text) => `Subject: CN = dev, OU = "line 3 - 4"\n    04:55:83\nMIIB\n${text}`,
  'with text below it': (text) => `${text}-- \nmade by hand -----\n`,
  'with Latin-1 around it': (text) => Buffer.from(`subject=/O=M\xfcller\n${text}`, 'latin1'),
  'with Bag Attributes': (text) => `Bag Attributes\n    localKeyID: 01 02 \nKey Attributes: <No Attributes>\n${text}`,
  indented: (text) => text.replaceAll('\n', '\n    ').replace(/^/, '    '),
  'indented by tabs, as YAML forbids': (text) => text.replaceAll('\n', '\n\t'),
  'quoted in a mail': (text) => text.replaceAll('\n', '\n> ').replace(/^/, '> '),
  'with line breaks as two characters': (text) => text.replaceAll('\n', '\\n'),
  'with CRLF as four characters': (text) => text.replaceAll('\n', '\\r\\n'),
  'in a JSON file': (text) => JSON.stringify({ value: text }),
  'as a constant of C': (text) =>
    text
      .split('\n')
      .map((line) => `"${line}\\n"`)
      .join('\n'),
  'on one line, with blanks': (text) => text.replaceAll('\n', ' '),
  'on one line': (text) => text.replaceAll('\n', ''),
  'in lines of 76': (text) => rewrapped(text, 76),
  'in one long line': (text) => rewrapped(text, 100_000),
  'as base64 of the PEM, as in a Secret of Kubernetes': (text) => Buffer.from(text).toString('base64'),
  'twice in base64': (text) => Buffer.from(Buffer.from(text).toString('base64')),
};

function rewrapped(text: string, width: number): string {
  return text.replace(/(-----\n)([\s\S]+?)(-----END)/g, (_all, begin, body: string, end) => {
    const lines = body.replaceAll('\n', '').match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    return `${begin}${lines.join('\n')}\n${end}`;
  });
}

/** Without BEGIN and END. */
const bare: Readonly<Record<string, (der: Buffer) => Dressed>> = {
  DER: (der) => der,
  'DER with a line end behind it': (der) => Buffer.concat([der, Buffer.from('\r\n')]),
  'DER, as a Uint8Array of another realm': (der) =>
    runInNewContext('Uint8Array.from(bytes)', { bytes: [...der] }) as Uint8Array,
  base64: (der) => der.toString('base64'),
  'base64, as bytes': (der) => Buffer.from(der.toString('base64')),
  'base64 in lines': (der) => der.toString('base64').replace(/.{64}/g, '$&\r\n'),
  'base64 of URLs': (der) => der.toString('base64url'),
  'base64 in quotes': (der) => `"${der.toString('base64')}"\n`,
  'base64 in UTF-16': (der) => Buffer.from(`\ufeff${der.toString('base64')}`, 'utf16le'),
};

const KEY = ecKey();
const LEAF = certificateFor('device', KEY);
const REQUEST = signingRequest('device', KEY);
const PKCS8 = KEY.export({ type: 'pkcs8', format: 'der' });
const SEC1 = KEY.export({ type: 'sec1', format: 'der' });
const LOCKED = KEY.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' }).toString();
const CERT = pem('CERTIFICATE', LEAF);

/** What TLS is given for the certificate, and whether key and certificate are a pair: Node itself says. */
function tlsOf(options: Parameters<typeof x509>[0]): { readonly cert: Buffer } {
  const attestation = x509(options);
  attestation.check('device');
  const { cert } = attestation.tls!();
  return { cert: new X509Certificate(cert as string).raw };
}

const dressed = (text: string) =>
  Object.entries({ ...TEXT_DRESSES, ...PEM_DRESSES }).map(([name, dress]) => [name, dress(text)] as const);
const undressed = (der: Buffer) => Object.entries(bare).map(([name, dress]) => [name, dress(der)] as const);

describe('a certificate is read, and given to TLS as it was read', () => {
  test.each([...dressed(CERT), ...undressed(LEAF)])('%s', (_dress, cert) => {
    expect(tlsOf({ cert, key: PKCS8 })).toEqual({ cert: LEAF });
  });

  test.each(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])('under the label %s', (label) => {
    expect(tlsOf({ cert: pem(label, LEAF), key: PKCS8 })).toEqual({ cert: LEAF });
  });

  test('with what OpenSSL writes behind a trusted one', () => {
    const trusted = pem(
      'TRUSTED CERTIFICATE',
      Buffer.concat([LEAF, Buffer.from('300c300a06082b06010505070301', 'hex')]),
    );
    expect(tlsOf({ cert: trusted, key: PKCS8 })).toEqual({ cert: LEAF });
  });

  test('in one file with its key, whichever stands first', () => {
    const key = pem('PRIVATE KEY', PKCS8);
    for (const file of [
      CERT + key,
      key + CERT,
      `${pem('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'))}${key}${CERT}`,
    ]) {
      expect(tlsOf({ cert: file })).toEqual({ cert: LEAF });
      expect(tlsOf({ cert: file, key: file })).toEqual({ cert: LEAF });
    }
  });
});

describe('a private key is read, and given to TLS as it was read', () => {
  const forms = [pem('PRIVATE KEY', PKCS8), pem('EC PRIVATE KEY', SEC1)];
  // Headers of RFC 1421 need their line ends, or blanks.
  const locked = dressed(LOCKED).filter(([name]) => !/^(on one line|in lines of 76|in one long line)$/.test(name));
  test.each([...forms.flatMap(dressed), ...locked])('%s', (_dress, key) => {
    expect(tlsOf({ cert: CERT, key, passphrase: 'secret' })).toEqual({ cert: LEAF });
  });

  test.each([...undressed(PKCS8), ...undressed(SEC1)])('without PEM: %s', (_dress, key) => {
    expect(tlsOf({ cert: CERT, key })).toEqual({ cert: LEAF });
  });

  test.each(['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY', 'ANY PRIVATE KEY'])(
    'under a label that does not fit: %s',
    (label) => {
      for (const der of [PKCS8, SEC1]) expect(tlsOf({ cert: CERT, key: pem(label, der) })).toEqual({ cert: LEAF });
    },
  );
});

/** Those that the library reads everywhere; base64 in base64 is for files. */
const once = <Case extends readonly [string, Dressed]>(cases: readonly Case[]) =>
  cases.filter(([name]) => !/^(as base64 of the PEM|twice in base64)/.test(name));

describe('CAs are read, and given to TLS as they were read', () => {
  const other = certificateFor('other');
  test.each(once([...dressed(CERT), ...undressed(LEAF)]))('%s', (_dress, ca) => {
    expect(authorities('tls.ca', ca)).toEqual([CERT]);
  });

  test('several, with what is no certificate between them, in a list or a file', () => {
    const file = `${CERT}\n# second\n${pem('PRIVATE KEY', PKCS8)}${pem('CERTIFICATE', other)}`;
    expect(authorities('tls.ca', file)).toEqual([CERT, pem('CERTIFICATE', other)]);
    expect(authorities('tls.ca', [CERT, other])).toEqual([CERT, pem('CERTIFICATE', other)]);
  });
});

describe('a certificate request is read, and sent as it was read', () => {
  const text = pem('CERTIFICATE REQUEST', REQUEST);
  test.each(once([...dressed(text), ...undressed(REQUEST)]))('%s', (_dress, csr) => {
    expect(base64Csr(csr)).toBe(REQUEST.toString('base64'));
  });

  test.each(['NEW CERTIFICATE REQUEST', 'CERTIFICATE REQUEST'])('under the label %s', (label) => {
    expect(base64Csr(pem(label, REQUEST))).toBe(REQUEST.toString('base64'));
  });

  test('beside its private key, which stays here', () => {
    expect(base64Csr(pem('PRIVATE KEY', PKCS8) + text)).toBe(REQUEST.toString('base64'));
  });
});

describe('a shared key counts by its bytes, however it is dressed', () => {
  const bytes = Buffer.concat([Buffer.of(0xff, 0), randomBytes(62)]);
  const text = `${bytes.toString('base64').slice(0, 64)}\n${bytes.toString('base64').slice(64)}\n`;
  const expected = createHmac('sha256', bytes).update('device').digest('base64');
  test.each([
    ...Object.entries(TEXT_DRESSES).map(([name, dress]) => [name, dress(text)] as const),
    ['the bytes themselves', bytes],
    [
      'the bytes themselves, of another realm',
      runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] }) as Uint8Array,
    ],
  ] as const)('%s', (_dress, key) => {
    expect(deriveDeviceKey(key, 'device')).toBe(expected);
  });
});
