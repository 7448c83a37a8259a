import type { HubErrorCode, MqttErrorCode, ProvisioningErrorCode } from '@mote/client';
import { type Explanation, explanation } from './explanation.ts';

/**
 * Codes that only a device at its hub has: neither provisioning nor the general client. The type names each of them, so a code without
 * an explanation does not compile.
 */
export const HUB_ERRORS: Readonly<Record<Exclude<HubErrorCode, MqttErrorCode | ProvisioningErrorCode>, Explanation>> = {
  'too-large': explanation(
    'What was to be sent is over a limit of the hub, which would have closed the connection without a word: it was not sent.',
    [
      'a message of telemetry over 256 KB: the body and the names and values of all its properties count',
      'a twin patch over 32 KB, deeper than 10 levels, or with a text over 4 KB',
      'the answer of a method over 128 KB',
    ],
    '`limit` and `size` of the error are the two numbers.',
    'Send less at once: several messages, or the data to a blob and its name to the hub.',
  ),
  'taken-over': explanation(
    'The hub ends the link within seconds, again and again.',
    [
      'another device or program is connected with the same device id: the hub keeps the newest and drops the older',
      'the hub does not take what is sent first: a topic it does not know, QoS 2, a message that is too large',
    ],
    'The diagnostic log of the hub: 400027 says that another connection came.',
    'Give each device a registration id of its own; end the other program.',
  ),
  'unsupported-profile': explanation(
    'The assigned hub does not speak MQTT 3.1.1: its connection profile is not `classic`.',
    ['a hub of the new generation, which speaks MQTT 5 alone'],
    '`connectionProfile` of the assignment: `mote provision --json` prints it.',
    'Link a classic hub to the enrollment, or use a client for that hub.',
  ),
};
