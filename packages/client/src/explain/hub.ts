import type { HubErrorCode, HubErrorFields, HubStage } from '../hub/error.ts';
import { MESSAGE_BYTES, NAME_BYTES, TWIN_DEPTH } from '../hub/limits.ts';
import type { Words } from './explain.ts';
import { explainMqtt, type MqttFailure, type MqttSetting } from './mqtt.ts';
import { HUB_OPTIONS } from './options/hub.ts';
import { optionSentenceNear } from './options/near-name.ts';
import { PROVISION_OPTIONS } from './options/provision.ts';
import { printable } from './printable.ts';

// What a HubError means, and what to do. Names in `…` are options of `connectHub` and `openDevice`.

/** A failure: a HubError, or the object that its JSON gives. */
export interface HubFailure extends HubErrorFields {
  readonly code: HubErrorCode;
  readonly stage?: HubStage | undefined;
  readonly message?: string | undefined;
}

/** Sentences about answers and connections of a hub, where those of the MQTT client do not fit. */
const SENTENCES: Readonly<Partial<Record<HubErrorCode, string>>> = {
  throttled: 'the hub has too much to do for this device, or its quota is used up',
  'taken-over': 'the link ends within seconds of the CONNACK, again and again',
  unauthorized: 'the hub does not allow it',
  'not-found': 'the hub does not know what was asked for',
  'bad-request': 'the hub does not take what was sent',
  'service-error': 'the hub has failed',
};

/** What the limits of a hub count, where it is not bytes alone. */
const UNITS: Readonly<Record<number, string>> = {
  [TWIN_DEPTH]: 'levels',
  [NAME_BYTES]: 'bytes of name',
  [MESSAGE_BYTES]: 'bytes with its properties',
};

const KEY_OR_CLOCK =
  'Is the key or the certificate in `attestation` that of this device, is the clock of this machine right, and is the device enabled at this hub?';

const HINTS: Readonly<Partial<Record<HubErrorCode, string>>> = {
  'connection-refused': KEY_OR_CLOCK,
  unauthorized: KEY_OR_CLOCK,
  'not-found': 'Was the device deleted, or is `hostName` another hub?',
  'bad-request': 'Look at the names and sizes of what was sent: docs/device.md has the limits.',
  'service-error': 'It is tried again with the next call; if it stays, tell Azure support the `trackingId`.',
  throttled: 'Send less often, or several in one message: `device.batch()`.',
  'taken-over': 'Does another process or device use the same `deviceId`? A hub keeps one link for each.',
  'too-large': 'Send it in parts, or what is larger than a message through a file upload.',
  'unsupported-profile': 'Assign the device to a hub that speaks MQTT 3.1.1.',
};

/**
 * Says what a HubError means and what to do. No secret is needed, and none appears.
 *
 * @example
 * const { message, hint } = explainHub({ code: 'throttled', stage: 'twin' }, { host: 'contoso.azure-devices.net', port: 8883 });
 */
export function explainHub(failure: HubFailure, setting: MqttSetting = {}): Words {
  const { code, stage } = failure;
  const ofMqtt = explainMqtt(failure as MqttFailure, setting);
  const said = sentenceOf(failure);
  const message =
    said === undefined ? ofMqtt.message.replace(/^credentials,/, 'attestation,') : printable(said.slice(0, 1000), 1000);
  const ofTheHub = code !== 'connection-refused' || stage === 'connect' ? HINTS[code] : undefined;
  return { message, hint: ofTheHub ?? (code === 'invalid-options' ? failure.hint : inHubOptions(ofMqtt.hint)) };
}

function sentenceOf({ code, reason, statusCode, errorCode, message, cause, limit }: HubFailure): string | undefined {
  // The message was made where option, limit and size were known. What is counted follows from the limit.
  if (code === 'too-large') return message?.replace(/(\d);/, `$1 ${UNITS[limit ?? 0] ?? 'bytes'};`);
  if (code === 'invalid-options') {
    // A wrong proxy, of which the words of the MQTT client are right.
    if (reason !== undefined) return undefined;
    const { name } = Object(cause) as { readonly name?: unknown };
    return message && optionSentenceNear(message, name === 'ProvisioningError' ? PROVISION_OPTIONS : HUB_OPTIONS);
  }
  if (code === 'unsupported-profile') return `a hub of profile ${reason} does not speak MQTT 3.1.1`;
  if (code === 'protocol-violation' && reason === 'no-json') return 'an answer of the hub is no JSON';
  if (code === 'timed-out' && reason === undefined) return undefined;
  const sentence = SENTENCES[code];
  const number = errorCode ?? statusCode;
  return sentence && (number === undefined ? sentence : `${sentence} (${number})`);
}

/** Names that `connect` has for options of the hub. */
function inHubOptions(hint: string | undefined): string | undefined {
  return hint
    ?.replace(/`host`/g, '`hostName` or `endpoint`')
    .replace(/`port`/g, 'the port of `endpoint`')
    .replace(/`clientId`/g, '`deviceId`')
    .replace(/`credentials`/g, '`attestation`');
}
