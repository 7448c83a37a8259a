import { TransportError } from '@mote/client';
import { expect, test } from 'vitest';
import { DIAL_CODES } from '../../../packages/client/src/mqtt/dial-codes.ts';
import { errorOfDial, MqttError } from '../../../packages/client/src/mqtt/error.ts';

// What an error says of itself without the words of the full entry, and what becomes of an error of a transport.

test.each([
  [{}, 'code'],
  [{ reason: 'why' }, 'code why'],
  [{ returnCode: 5 }, 'code 5'],
  [{ statusCode: 407 }, 'code 407'],
  [{ packetType: 9 }, 'code 9'],
  [{ returnCode: 0, statusCode: 1, packetType: 2 }, 'code 0'],
  [{ statusCode: 1, packetType: 2 }, 'code 1'],
  [{ packetId: 3 }, 'code 3'],
  [{ reason: 'why', packetType: 9, packetId: 3 }, 'code why 9 3'],
])('with %j an error says %j', (fields, message) => {
  const error = new MqttError('code' as never, 'online', fields);
  expect([error.name, error.message, error.retryable]).toEqual(['MqttError', message, false]);
  expect(error).toMatchObject({ code: 'code', stage: 'online', ...fields });
  expect(new MqttError('closed', 'online', fields, 'in words').message).toBe('in words');
});

test.each(Object.entries(DIAL_CODES))(
  'an error of a transport, %s, is %s, with its reason, status and worth of another try',
  (kind, code) => {
    for (const retryable of [true, false]) {
      const cause = new TransportError(kind as never, 'tcp', { reason: 'why', statusCode: 407, retryable });
      const error = errorOfDial(cause, 'timed-out', 'tls');
      expect(error).toMatchObject({ code, stage: 'tls', reason: 'why', statusCode: 407, retryable });
      expect(error.cause).toBe(cause);
      // Only the message of a wrong option says which one it is.
      expect(error.message === cause.message).toBe(kind === 'options');
    }
  },
);

test('the same call may succeed later after a lost connection, a limit of time and a full queue, and after nothing else', () => {
  const codes = [
    ...Object.values(DIAL_CODES),
    ...(['connection-refused', 'subscribe-refused', 'timed-out', 'queue-full', 'expired', 'session-lost'] as const),
    'closed' as const,
  ];
  const passing = codes.filter((code) => new MqttError(code, 'online').retryable);
  expect(passing).toEqual(['connection-lost', 'timed-out', 'queue-full']);
});

test.each([
  [new Error('any')],
  ['text'],
  [undefined],
  [null],
  [{ kind: 'toString' }],
  [{ kind: 'unknown', retryable: false }],
])('anything else that a dial ends with, %j, may be tried again', (cause) => {
  const error = errorOfDial(cause, 'timed-out', 'tls');
  expect(error).toMatchObject({ code: 'timed-out', stage: 'tls', retryable: true });
  expect(error.cause).toBe(cause);
});

test('an error of our own is not wrapped', () => {
  const error = new MqttError('closed', 'online');
  expect(errorOfDial(error, 'timed-out', 'tls')).toBe(error);
});
