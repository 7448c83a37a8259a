import { inspect } from 'node:util';
import { groupKey, provision, symmetricKey, x509 } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { refusal } from '../loopback.ts';
import { leaksOf, type Slot, samples } from './kinds.ts';
import { certificateFor, ecKey, pem } from './made.ts';

const SAMPLES = samples();
const KEY = ecKey();
const CERT = pem('CERTIFICATE', certificateFor('device', KEY));
const PRIVATE = KEY.export({ type: 'pkcs8', format: 'pem' }).toString();
const SHARED = Buffer.alloc(32, 7).toString('base64');

/** Every option that takes what a file holds. */
const OPTIONS: Readonly<Record<string, readonly [Slot, (content: Buffer) => object]>> = {
  'x509.cert': ['cert', (cert) => ({ attestation: x509({ cert, key: PRIVATE }) })],
  'x509.key': ['key', (key) => ({ attestation: x509({ cert: CERT, key }) })],
  'x509.ca': ['ca', (ca) => ({ attestation: x509({ cert: CERT, key: PRIVATE, ca }) })],
  'tls.ca': ['ca', (ca) => ({ tls: { ca } })],
  csr: ['csr', (csr) => ({ csr })],
  key: ['shared key', (key) => ({ attestation: symmetricKey(key) })],
  'key (secondary)': ['shared key', (secondaryKey) => ({ attestation: symmetricKey(SHARED, { secondaryKey }) })],
  'key (group)': ['shared key', (key) => ({ attestation: groupKey(key) })],
};

describe.each(Object.entries(OPTIONS))(
  'an option that is given what belongs elsewhere: %s',
  (option, [slot, given]) => {
    test.each([...SAMPLES].filter(([, { fits }]) => !fits.includes(slot)))(
      'refuses %s before anything is dialled, names the option, and shows nothing of it',
      async (_what, sample) => {
        let dialled = 0;
        const dial = () => {
          dialled++;
          return { send() {}, close() {} };
        };
        const transport = { name: 'none', dial };
        for (const content of [sample.content, sample.content.toString('latin1')] as Buffer[]) {
          const options = { idScope: '0ne00ABCDEF', registrationId: 'device', attestation: symmetricKey(SHARED) };
          const error = await refusal(provision({ ...options, transport, timeoutMs: 500, ...given(content) }));
          expect(error).toMatchObject({ code: 'invalid-options', stage: 'options' });
          expect(error['message']).toContain(option.replace(/ .*/, ''));
          expect(leaksOf(sample, `${inspect(error, { depth: 9 })} ${JSON.stringify(error)} ${error['stack']}`)).toEqual(
            [],
          );
        }
        expect(dialled).toBe(0);
      },
    );
  },
);

test.each([...SAMPLES].filter(([, { fits }]) => !fits.includes('cert')))(
  'x509 calls %s by its name',
  (_what, sample) => {
    expect(() => x509({ cert: sample.content, key: PRIVATE }).check('device')).toThrow(sample.words);
  },
);
