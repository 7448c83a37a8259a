import { createHmac, randomBytes, X509Certificate } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { deriveDeviceKey, x509 } from '@mote/client';
import { describe, expect, test } from 'vitest';
import type { FileContent } from '../../../packages/client/src/attestation/attestation.ts';
import { authorities } from '../../../packages/client/src/attestation/material/certificates.ts';
import { base64Csr } from '../../../packages/client/src/attestation/material/signing-request.ts';
import { certificateFor, ecKey, pem, signingRequest } from './made.ts';

/** How editors, shells, consoles, mails, variables and other tools hand on the same text. */
const TEXT_FORMS: Readonly<Record<string, (text: string) => FileContent>> = {
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
const PEM_FORMS: Readonly<Record<string, (text: string) => FileContent>> = {
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
  'thrice in base64': (text) => base64(base64(text)),
  'as base64 of the PEM in lines of 76': (text) => base64(text).replace(/.{76}/g, '$&\n'),
  'as base64 of the PEM in UTF-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').toString('base64'),
  'as base64 of URLs of the PEM': (text) => Buffer.from(text).toString('base64url'),
  'as base64 of the PEM in quotes': (text) => `"${base64(text)}"`,
  'as a value of a Secret in YAML': (text) => `kind: Secret\ndata:\n  tls.crt: ${base64(text)}\ntype: Opaque\n`,
  'as a value of a Secret in JSON': (text) => JSON.stringify({ kind: 'Secret', data: { 'tls.crt': base64(text) } }),
  'as base64 in a variable of a shell': (text) => `export DEVICE_PEM=${base64(text)}\n`,
  'as base64 in XML': (text) => `<pem>\n${base64(text).replace(/.{60}/g, '$&\n')}\n</pem>`,
  'in a variable of a shell, in quotes': (text) => `DEVICE_PEM="${text.replaceAll('\n', '\\n')}"\n`,
  'in a variable of a shell, over lines': (text) => `DEVICE_PEM='${text}'\nOTHER=1\n`,
  'in JSON within JSON': (text) => JSON.stringify(JSON.stringify({ value: text })),
  'with backslashes doubled': (text) => text.replaceAll('\n', '\\\\n'),
  'as a constant of JavaScript': (text) => literals(text, (line) => `'${line}\\n'`, ' +\n  '),
  'as a constant of Java, with the plus in front': (text) => literals(text, (line) => `"${line}\\n"`, '\n      + '),
  'as a constant of C with backslashes at the line ends': (text) => literals(text, (line) => `${line}\\n\\`, '\n'),
  'as bytes of Python': (text) => literals(text, (line) => `b"${line}\\n"`, '\n '),
  'as a list of lines': (text) => `[${literals(text, (line) => `"${line}"`, ', ')}]`,
  'as a raw literal of C++': (text) => `const char pem[] PROGMEM = R"EOF(\n${text})EOF";\n`,
  'percent-encoded': (text) => encodeURIComponent(text),
  'in a form field': (text) => encodeURIComponent(text).replaceAll('%20', '+'),
  'with line ends percent-encoded': (text) => text.replaceAll('\n', '%0A'),
  'with line ends of HTML': (text) => text.replaceAll('\n', '&#10;'),
  'with hexadecimal line ends of HTML': (text) => text.replaceAll('\n', '&#xA;'),
  'with breaks of HTML': (text) => text.replaceAll('\n', '<br />'),
  'with line ends as u000a': (text) => text.replaceAll('\n', '\\u000a'),
  'with line ends as x0a': (text) => text.replaceAll('\n', '\\x0A'),
  'with spaces that do not break': (text) => text.replaceAll('\n', '\u00a0\n'),
  'with characters of no width': (text) => text.replaceAll('\n', '\u200b\n'),
  'with line separators': (text) => text.replaceAll('\n', '\u2028'),
  'with a blank line behind each': (text) => text.replaceAll('\n', '\n\n'),
  'in the colours of a terminal': (text) => text.replace(/^.+$/gm, '\x1b[01;31m\x1b[K$&\x1b[m\x1b[K'),
  'with line ends that are shown': (text) => text.replaceAll('\n', '^M$\n'),
  'with numbers of lines': (text) => numbered(text, (number) => `${String(number).padStart(6)}\t`),
  'from a log': (text) => numbered(text, () => 'Nov 27 08:00:00 host app[12]: '),
  'as grep prints it': (text) => numbered(text, () => 'device.pem:'),
  'as a patch': (text) => numbered(text, () => '+'),
  'in a block of Markdown': (text) => `\`\`\`pem\n${text}\`\`\`\n`,
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function literals(text: string, literal: (line: string) => string, between: string): string {
  return text.trimEnd().split('\n').map(literal).join(between);
}

function numbered(text: string, before: (number: number) => string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line, at) => before(at + 1) + line)
    .join('\n');
}

function rewrapped(text: string, width: number): string {
  return text.replace(/(-----\n)([\s\S]+?)(-----END)/g, (_all, begin, body: string, end) => {
    const lines = body.replaceAll('\n', '').match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    return `${begin}${lines.join('\n')}\n${end}`;
  });
}

/** Without BEGIN and END. */
const bare: Readonly<Record<string, (der: Buffer) => FileContent>> = {
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
  'base64 as a member of JSON': (der) => JSON.stringify({ attestation: { certificate: der.toString('base64') } }),
  'base64 in an element of XML': (der) => `<X509Data>${der.toString('base64').replace(/.{76}/g, '$&\n')}</X509Data>`,
  'base64 behind a name': (der) => `DEVICE_DER=${der.toString('base64')}\n`,
  'base64 between four dashes': (der) =>
    `----BEGIN IT----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n----END IT----\n`,
  'base64 between dashes of a word processor': (der) =>
    `\u2014\u2014-BEGIN IT\u2014\u2014-\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n\u2014\u2014-END IT`,
  hex: (der) => der.toString('hex'),
  'hex with colons, in capitals': (der) =>
    der
      .toString('hex')
      .toUpperCase()
      .replace(/..(?!$)/g, '$&:'),
  'hex in lines': (der) => der.toString('hex').replace(/.{60}/g, '$&\n'),
  'an array of C': (der) => `unsigned char der[] = {\n  0x${der.toString('hex').replace(/..(?!$)/g, '$&, 0x')}\n};\n`,
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

const textForms = (text: string) =>
  Object.entries({ ...TEXT_FORMS, ...PEM_FORMS }).map(([name, write]) => [name, write(text)] as const);
const binaryForms = (der: Buffer) => Object.entries(bare).map(([name, write]) => [name, write(der)] as const);

describe('a certificate is read, and given to TLS as it was read', () => {
  test.each([...textForms(CERT), ...binaryForms(LEAF)])('%s', (_form, cert) => {
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

  test('a chain in which a block has no end is refused, not shortened', () => {
    const whole = pem('CERTIFICATE', certificateFor('issuer'));
    for (const file of [CERT + whole.slice(0, 200), CERT + whole.replace(/-----END.*/s, ''), whole.slice(0, 90) + CERT])
      expect(() => tlsOf({ cert: file, key: PKCS8 })).toThrow('that is damaged');
  });

  test('with its key in one Secret of Kubernetes', () => {
    const key = base64(pem('PRIVATE KEY', PKCS8));
    const file = `data:\n  tls.crt: ${base64(CERT)}\n  tls.key: ${key}\nkind: Secret\n`;
    expect(tlsOf({ cert: file })).toEqual({ cert: LEAF });
    expect(tlsOf({ cert: JSON.stringify({ 'tls.crt': base64(CERT), 'tls.key': key }) })).toEqual({ cert: LEAF });
  });

  test('with headers of RFC 1421', () => {
    const cert = CERT.replace('-----\n', '-----\nComment: made by hand, for tests\nX-Made-By: nobody\n\n');
    expect(tlsOf({ cert, key: PKCS8 })).toEqual({ cert: LEAF });
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
  const locked = textForms(LOCKED).filter(
    ([name]) => !/^(on one line|in (lines of 76|one long line)|as a list.*)$/.test(name),
  );
  test.each([...forms.flatMap(textForms), ...locked])('%s', (_form, key) => {
    expect(tlsOf({ cert: CERT, key, passphrase: 'secret' })).toEqual({ cert: LEAF });
  });

  test.each([...binaryForms(PKCS8), ...binaryForms(SEC1)])('without PEM: %s', (_form, key) => {
    expect(tlsOf({ cert: CERT, key })).toEqual({ cert: LEAF });
  });

  test.each(['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY', 'ANY PRIVATE KEY'])(
    'under a label that does not fit: %s',
    (label) => {
      for (const der of [PKCS8, SEC1]) expect(tlsOf({ cert: CERT, key: pem(label, der) })).toEqual({ cert: LEAF });
    },
  );
});

describe('CAs are read, and given to TLS as they were read', () => {
  const other = certificateFor('other');
  test.each([...textForms(CERT), ...binaryForms(LEAF)])('%s', (_form, ca) => {
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
  test.each([...textForms(text), ...binaryForms(REQUEST)])('%s', (_form, csr) => {
    expect(base64Csr(csr)).toBe(REQUEST.toString('base64'));
  });

  test.each(['NEW CERTIFICATE REQUEST', 'CERTIFICATE REQUEST'])('under the label %s', (label) => {
    expect(base64Csr(pem(label, REQUEST))).toBe(REQUEST.toString('base64'));
  });

  test('beside its private key, which stays here', () => {
    expect(base64Csr(pem('PRIVATE KEY', PKCS8) + text)).toBe(REQUEST.toString('base64'));
  });
});

describe('a shared key counts by its bytes, whatever form it has', () => {
  const bytes = Buffer.concat([Buffer.of(0xff, 0), randomBytes(62)]);
  const text = `${bytes.toString('base64').slice(0, 64)}\n${bytes.toString('base64').slice(64)}\n`;
  const expected = createHmac('sha256', bytes).update('device').digest('base64');
  test.each([
    ...Object.entries(TEXT_FORMS).map(([name, write]) => [name, write(text)] as const),
    ['the bytes themselves', bytes],
    [
      'the bytes themselves, of another realm',
      runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] }) as Uint8Array,
    ],
  ] as const)('%s', (_form, key) => {
    expect(deriveDeviceKey(key, 'device')).toBe(expected);
  });
});
