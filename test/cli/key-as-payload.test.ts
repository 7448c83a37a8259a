import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { jsonObject } from '../../packages/cli/src/flags/json-object.ts';

// A key file that was named in the place of a payload is a JSON object, too, and would go out to the service.

const folder = mkdtempSync(join(tmpdir(), 'mote-payload-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = ec.privateKey.export({ type: 'pkcs8', format: 'pem' });
const KEYS: readonly (readonly [what: string, value: object, secret: string])[] = [
  ['JWK of P-256', ec.privateKey.export({ format: 'jwk' }), ec.privateKey.export({ format: 'jwk' }).d!],
  ['JWK of Ed25519', ed.privateKey.export({ format: 'jwk' }), ed.privateKey.export({ format: 'jwk' }).d!],
  ['JWK of a shared key', { kty: 'oct', k: 'c2VjcmV0LXNlY3JldA' }, 'c2VjcmV0LXNlY3JldA'],
  ['PEM in a text', { client: 'x', private_key: pem }, String(pem).split('\n')[1]!],
  ['PEM further in', { a: [{ b: ec.privateKey.export({ type: 'sec1', format: 'pem' }) }] }, 'MHcC'],
];

describe.each(KEYS)('%s', (_what, value, secret) => {
  test.each(['payload', 'reported'])('is refused as --%s, and not repeated', (flag) => {
    const path = join(folder, 'key.json');
    writeFileSync(path, JSON.stringify(value));
    for (const [given, message] of [
      [JSON.stringify(value), `--${flag} holds a private key, which is not sent`],
      [`@${path}`, `--${flag}: ${path} holds a private key, which is not sent`],
    ] as const) {
      expect(() => jsonObject(flag, given, '{}')).toThrow(message);
      expect(() => jsonObject(flag, given, '{}')).not.toThrow(secret);
    }
  });
});

test.each([
  ['a public key', ec.publicKey.export({ format: 'jwk' })],
  ['names of a key without one', { kty: 'x', d: undefined, use: 'sig' }],
  ['a model', { modelId: 'dtmi:com:example:Thermostat;1', d: 1, k: 2 }],
])('%s is a payload', (_what, value) => {
  expect(jsonObject('payload', JSON.stringify(value), '{}')).toEqual(JSON.parse(JSON.stringify(value)));
});
