import type { MqttErrorCode, ProvisioningErrorCode } from '@mote/client';
import { type Explanation, explanation } from './explanation.ts';

/** Codes of the general client that provisioning does not have. The type names each of them. */
export const MQTT_ERRORS: Readonly<Record<Exclude<MqttErrorCode, ProvisioningErrorCode>, Explanation>> = {
  'queue-full': explanation(
    'There was no room for a message: as many as `queue` allows wait to be sent already.',
    [
      'no connection for a long time',
      'messages are made faster than the server takes them',
      'one message is larger than `queue.maxBytes`',
    ],
    '`client.state` says whether there is a connection, `client.dropped` how many messages had no room.',
    'Await `publish`, or `ready` before `post`; raise `queue.maxMessages` and `queue.maxBytes`; or let old messages go with `whenFull: "drop-oldest"`.',
  ),
  expired: explanation(
    'A message was not sent within its `expiresAfterMs`, and so it was not sent at all.',
    ['no connection for that long', 'too many messages in front of it'],
    '`client.state` at that time.',
    'Nothing, if old values are worth nothing; otherwise give it longer.',
  ),
  'session-lost': explanation(
    'The server has forgotten the MQTT session, or the store could not keep it: what was under way may have arrived or not.',
    [
      'the server was started anew without persistence, or its session expiry has passed',
      '`cleanSession: true`, which ends the session with each connection',
      'the store failed: a disk that is full, a file that was damaged',
    ],
    'The cause of the error, and `sessionPresent` of the state `online`.',
    'Let the server keep sessions and use `cleanSession: false` with a fixed `clientId`; publish again what must arrive, if twice does no harm.',
  ),
  closed: explanation(
    'The client was closed before the message was acknowledged, or the call came after `close`.',
    ['`close` waited for `drainMs` and no longer', 'a call on a client that is closed'],
    '`client.state`.',
    'Await what was published before `close`, or give `close` a longer `drainMs`.',
  ),
};
