import { createHmac } from 'node:crypto';
import { decodeBase64, deviceKey, dpsPassword, encodeBase64, hubPassword } from '@mote/client/azure';
import { expect, test } from 'vitest';

// The passwords that a device makes without a crypto of its engine.

/** A key and a signature that were computed elsewhere: the same as in sas.test.ts. */
const KEY = 'prIvMivIPDAqwBH6aCT4P8raQxEulx32+eNjQpp5/bM=';
const GROUP_KEY = 'G3vn0IZH9oK3d4wsxFpWBtd2KUrtjI+39dZVRf26To8w9OX0LaFV9yZ93ELXY7voqHEUsNhnb9bt717UP87KxA==';

test('the password at the provisioning service is the token that is computed elsewhere', () => {
  const key = decodeBase64(KEY)!;
  const before = [...key];
  const fields = { idScope: '0ne00111111', registrationId: 'contoso-simdevice', key, expiry: 1663952627 };
  expect(dpsPassword(fields)).toBe(
    'SharedAccessSignature sr=0ne00111111%2Fregistrations%2Fcontoso-simdevice&sig=m1%2Fzvz0Th3icZbChUOLH%2FfAFnIKLmIUO61Xex41CxwU%3D&se=1663952627&skn=registration',
  );
  // It stays the caller's.
  expect([...key]).toEqual(before);
});

test.each([
  ['a device', { deviceId: 'd+1' }, 'h.net%2Fdevices%2Fd%2B1'],
  ['a module', { deviceId: 'd', moduleId: 'm' }, 'h.net%2Fdevices%2Fd%2Fmodules%2Fm'],
])('the password of %s at its hub is signed over the resource, as OpenSSL signs it', (_who, identity, resource) => {
  const key = decodeBase64(KEY)!;
  const signature = createHmac('sha256', key).update(`${resource}\n1800000000`).digest('base64');
  expect(hubPassword({ ...identity, hostName: 'h.net', key, expiry: 1_800_000_000 })).toBe(
    `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=1800000000`,
  );
});

test('the key of a device of a group is the one that is documented', () => {
  expect(encodeBase64(deviceKey(decodeBase64(GROUP_KEY)!, 'contoso-simdevice'))).toBe(KEY);
});

test('text with half a surrogate pair cannot be signed, and the error says so', () => {
  expect(() => deviceKey(new Uint8Array(32), 'a\ud800')).toThrow('text with a lone surrogate cannot be signed');
});

const PASSWORDS = [
  [
    'dpsPassword',
    (signing: never) => dpsPassword({ idScope: '0ne', registrationId: 'd', ...(signing as object) } as never),
  ],
  [
    'hubPassword',
    (signing: never) => hubPassword({ hostName: 'h.net', deviceId: 'd', ...(signing as object) } as never),
  ],
] as const;

/** As a device without a clock, or with one of milliseconds, has them. */
test.each(
  [undefined, Number.NaN, 0, -1, 1.5, Date.UTC(2027, 0, 1), Number.POSITIVE_INFINITY, 'soon'].flatMap((expiry) =>
    PASSWORDS.map(([name, make]) => [name, expiry, make] as const),
  ),
)('%s refuses an expiry of %s: the service would answer 401, and not say why', (_name, expiry, make) => {
  const signing = { key: decodeBase64(KEY), expiry } as never;
  expect(() => make(signing)).toThrow(`expiry: whole seconds since 1970 are needed, not ${Number(expiry)}`);
});

test.each([
  ['base64 that is not decoded', KEY, 'string'],
  ['what decodeBase64 gives for other text', decodeBase64('no key!'), 'undefined'],
  ['an array', [1, 2], 'object'],
  ['a buffer', new ArrayBuffer(32), 'object'],
])('a key is refused that is %s, and never shown', (_what, key, kind) => {
  const makers = [
    ...PASSWORDS.map(
      ([, make]) =>
        () =>
          make({ key, expiry: 1_800_000_000 } as never),
    ),
    () => deviceKey(key as never, 'd'),
  ];
  for (const make of makers) expect(make).toThrow(`key: a Uint8Array is needed, not ${kind}: `);
});
