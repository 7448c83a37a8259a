import { HubError, MqttError, ProvisioningError, TransportError } from '@mote/client';
import { explain } from '@mote/client/explain';
import { HubError as LeanHubError, MqttError as LeanMqttError } from '@mote/client/lean';
import { DecodeError } from '@mote/codec';
import { describe, expect, test } from 'vitest';

// A device logs its error as JSON, and somebody else explains it: nothing that a sentence or a hint looks at may be lost on the way.

const node = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const refused = new TransportError('tcp', 'tcp', { cause: node('ECONNREFUSED') }, '10.0.0.1:8883');
const expired = new TransportError('tls', 'tls', { cause: node('CERT_HAS_EXPIRED') });
const http = new DecodeError('bad-flags', ' at byte 0', '2.2.2-2', { offset: 0, packetType: 4 });
const provisioning = new ProvisioningError('unauthorized', 'register', undefined, {
  reason: 'service-status',
  statusCode: 401,
  errorCode: 401000,
});

const ERRORS: readonly (ProvisioningError | MqttError | HubError)[] = [
  new ProvisioningError('invalid-options', 'options', 'idScope: wrong'),
  new ProvisioningError('connect-failed', 'tcp', undefined, { reason: 'ECONNREFUSED', cause: node('ECONNREFUSED') }),
  new ProvisioningError('tls-failed', 'tls', 'tls SELF_SIGNED_CERT_IN_CHAIN', {
    cause: node('SELF_SIGNED_CERT_IN_CHAIN'),
  }),
  new ProvisioningError('protocol-violation', 'connect', undefined, { reason: 'malformed-packet', cause: http }),
  new ProvisioningError('connection-refused', 'connect', undefined, { reason: 'connack-refused', returnCode: 5 }),
  provisioning,
  new MqttError('invalid-options', 'options', {}, 'window: wrong'),
  new MqttError('connect-failed', 'tcp', { reason: 'ECONNREFUSED', cause: refused }),
  new MqttError('tls-failed', 'tls', { cause: expired }),
  new MqttError('connect-failed', 'tcp', { cause: node('EHOSTUNREACH') }),
  new MqttError('protocol-violation', 'connect', { reason: 'malformed-packet', cause: http }),
  new MqttError('connection-refused', 'connect', { returnCode: 4 }),
  new MqttError('session-lost', 'store', { reason: 'store-failed', cause: node('ENOSPC') }),
  new MqttError('queue-full', 'publish'),
  new MqttError('expired', 'publish'),
  new HubError('invalid-options', 'options', {}, 'tokenSeconds: wrong'),
  new HubError('too-large', 'publish', { limit: 262_144, size: 300_000 }, 'body: 300,000 bytes, 262,144 are allowed'),
  new HubError('taken-over', 'online', { cause: new MqttError('connection-lost', 'online') }),
  new HubError('tls-failed', 'tls', { cause: expired }),
  new HubError('unsupported-profile', 'options', { reason: 'mqttV5' }),
  new HubError('throttled', 'twin', { statusCode: 429, errorCode: 429001, trackingId: 'x' }),
  new HubError('unauthorized', 'provision', { cause: provisioning }),
];

describe.each(ERRORS)('$name $code at $stage', (error) => {
  const revived: typeof error = JSON.parse(JSON.stringify(error));

  test('its JSON has code, stage, message and whether to try again', () => {
    const { name, code, stage, message, retryable } = error;
    expect(revived).toMatchObject({ name, code, stage, message, retryable });
  });

  test('says the same from its JSON as from the error', () => {
    const words = explain(error as never);
    expect(words.message).toMatch(/\w \w/);
    expect(explain(revived as never)).toEqual(words);
  });
});

test('`explain` says of each kind of error what is said of that kind', () => {
  const said = (error: object): string => explain(error as never).message;
  expect(said(new LeanMqttError('queue-full', 'publish'))).toBe('no room for the message in the queue');
  expect(said(new LeanHubError('throttled', 'twin'))).toMatch(/quota/);
  // What the provisioning said is said by the device that was opened with it.
  expect(said(new HubError('unauthorized', 'provision', { cause: provisioning }))).toBe(said(provisioning));
});
