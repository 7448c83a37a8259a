import { type Explanation, explanation } from './explanation.ts';

const hub = (what: string, causes: readonly string[], fix: string): Explanation =>
  explanation(
    what,
    causes,
    'The diagnostic log of the IoT hub: a device on MQTT sees the closed connection alone.',
    fix,
  );

/** Codes of IoT Hub after the hand-over, as its documents name them. */
export const HUB_CODES: Readonly<Record<string, Explanation>> = {
  '400027': hub(
    'The hub closed the connection because another one came with the same device id.',
    ['two devices or programs with one id', 'a device that came back before the hub missed it'],
    'Give each device an id of its own; end the other program.',
  ),
  '400029': hub('The hub closed the connection for a service upgrade.', ['an upgrade'], 'Connect again.'),
  '400030': hub('The hub is being upgraded and takes no connection yet.', ['an upgrade'], 'Try again after a pause.'),
  '401003': hub(
    'The hub does not accept the proof of the device (IotHubUnauthorized).',
    ['a token that has expired or is for another hub', 'another key or certificate', 'a clock more than 5 minutes off'],
    'Make a fresh token; provision again if that does not help.',
  ),
  '403002': hub(
    'The hub has used up its messages of the day (IotHubQuotaExceeded).',
    ['the quota of its tier'],
    'Wait for the next UTC day, or add units.',
  ),
  '403004': hub(
    'The queue of messages to the device is full: 50 wait.',
    ['a device that is offline or does not acknowledge'],
    'Let the device receive, or purge the queue.',
  ),
  '403012': hub('The device is disabled at the hub.', ['an operator disabled it'], 'Enable it at the hub.'),
  '403800': hub(
    'Too many direct methods of the device run at once.',
    ['calls that are not answered'],
    'Answer each call, and call less.',
  ),
  '404001': hub(
    'The hub knows no such device.',
    ['it was deleted', 'a hub that the device was moved from'],
    'Provision again.',
  ),
  '404012': hub('The hub is failing over to another region.', ['a failover'], 'Try again; it takes minutes.'),
  '404103': hub(
    'The device is not online, or does not listen to direct methods.',
    ['no connection', 'no subscription to $iothub/methods/POST/#'],
    'Connect the device and subscribe.',
  ),
  '404104': hub(
    'The connection was closed from the side of the device.',
    ['a network that went away', 'a keep-alive that was missed', 'a packet that the hub does not take'],
    'Look at the network and at the last packet.',
  ),
  '409002': hub(
    'Another link of the device is being made at the same time.',
    ['two programs with one id'],
    'Give each an id of its own; try again after a pause.',
  ),
};
