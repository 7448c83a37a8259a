import { createSasToken, deriveDeviceKey, sasStringToSign } from '@mote/client';
import { expect, test } from 'vitest';

test.each([
  // Printed in Microsoft's documentation of group enrollments.
  [
    '8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==',
    'sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6',
    'Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=',
  ],
  [
    'G3vn0IZH9oK3d4wsxFpWBtd2KUrtjI+39dZVRf26To8w9OX0LaFV9yZ93ELXY7voqHEUsNhnb9bt717UP87KxA==',
    'contoso-simdevice',
    'prIvMivIPDAqwBH6aCT4P8raQxEulx32+eNjQpp5/bM=',
  ],
  ['AAECAwQFBgcICQoLDA0ODw==', 'Dev:01.a_b-C', 'D5ngwmNEAisjXA9X+ectHIRnTsZ4IWnWbGrgpZlM7Ug='],
  ['AAECAwQFBgcICQoLDA0ODw==', 'dev:01.a_b-c', '3vE/kTlNYNWEKn3JjhhZA9RfbEE2yflpaUIFlIAu8Pw='],
])('the key of a device is derived from %s', (masterKey, registrationId, key) => {
  expect(deriveDeviceKey(masterKey, registrationId)).toBe(key);
});

const TOKENS = [
  [
    'Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=',
    '0ne00ABCDEF',
    'sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6',
    1893456000,
    'SharedAccessSignature sr=0ne00ABCDEF%2Fregistrations%2Fsn-007-888-abc-mac-a1-b2-c3-d4-e5-f6&sig=NGy3xZ2dcn4vpClIWevm8%2FvSPiJK%2BGWqBJaGjL%2FTm%2FI%3D&se=1893456000&skn=registration',
  ],
  [
    'prIvMivIPDAqwBH6aCT4P8raQxEulx32+eNjQpp5/bM=',
    '0ne00111111',
    'contoso-simdevice',
    1663952627,
    'SharedAccessSignature sr=0ne00111111%2Fregistrations%2Fcontoso-simdevice&sig=m1%2Fzvz0Th3icZbChUOLH%2FfAFnIKLmIUO61Xex41CxwU%3D&se=1663952627&skn=registration',
  ],
  // An expiry beyond 2038 and a colon in the id.
  [
    'D5ngwmNEAisjXA9X+ectHIRnTsZ4IWnWbGrgpZlM7Ug=',
    '0cn00FEDCBA',
    'Dev:01.a_b-C',
    4102444800,
    'SharedAccessSignature sr=0cn00FEDCBA%2Fregistrations%2FDev%3A01.a_b-C&sig=DDsSnU7J8IYNht4Z%2BAtzrIfNBHJrvSsVF1HHnPkKG6Q%3D&se=4102444800&skn=registration',
  ],
  [
    '18RQk/hOPJR9EbsJlk2j8WA6vWaj/yi+oaYg7zmxfQNdOyMSu+SJ8O7TSlZhDJCYmn4rzEiVKIzNiVAWjLxrGA==',
    '0ne00111111',
    'my-symkey-device',
    1663952627,
    'SharedAccessSignature sr=0ne00111111%2Fregistrations%2Fmy-symkey-device&sig=8VPprb8BiTkuVE0hBqHm%2FSVrzVpdD8VZcXugntdbhuU%3D&se=1663952627&skn=registration',
  ],
] as const;

test.each(TOKENS)('key %s signs a token for %s', (key, idScope, registrationId, expiry, token) => {
  expect(createSasToken({ idScope, registrationId, expiry, key })).toBe(token);
});

test('the string to sign ends with the expiry, without a line feed', () => {
  expect(sasStringToSign('0neFEEDC0DE%2fregistrations%2fmyRegistrationId', 1578941692)).toBe(
    '0neFEEDC0DE%2fregistrations%2fmyRegistrationId\n1578941692',
  );
});

test('a signer outside the process makes the same token as its key', async () => {
  const [key, idScope, registrationId, expiry, token] = TOKENS[0];
  const { createHmac } = await import('node:crypto');
  const sign = async (bytes: Uint8Array): Promise<Uint8Array> =>
    createHmac('sha256', Buffer.from(key, 'base64')).update(bytes).digest();
  await expect(createSasToken({ idScope, registrationId, expiry, sign })).resolves.toBe(token);
});

test.each([
  ['is no text', undefined as unknown as string],
  ['has a character that base64 has not', 'prIvMivIPDAqwBH6aCT4P8raQxEulx32-eNjQpp5_bM='],
  ['lacks its padding', 'prIvMivIPDAqwBH6aCT4P8raQxEulx32+eNjQpp5/bM'],
  ['has 15 bytes', Buffer.alloc(15).toString('base64')],
  ['has 65 bytes', Buffer.alloc(65).toString('base64')],
])('a key that %s is refused, and not shown', (_why, key) => {
  const refusal = expect(() => deriveDeviceKey(key, 'device'));
  refusal.toThrow(expect.objectContaining({ code: 'invalid-options', stage: 'options' }));
  expect(() => deriveDeviceKey(key, 'device')).toThrow(/^key: ./);
  if (key !== undefined) refusal.not.toThrow(key);
});

test('a token needs a key or a signer', () => {
  const request = { idScope: 's', registrationId: 'r', expiry: 1 } as Parameters<typeof createSasToken>[0];
  expect(() => createSasToken(request)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
});

test.each([
  ['no bytes', 'text'],
  ['31 bytes', new Uint8Array(31)],
])('a signer that returns %s is refused', async (_what, signature) => {
  const token = createSasToken({ idScope: 's', registrationId: 'r', expiry: 1, sign: () => signature as Uint8Array });
  await expect(token).rejects.toMatchObject({ code: 'invalid-options', stage: 'options' });
});
