import { type Explanation, explanation } from './explanation.ts';

const hub = (what: string, causes: readonly string[], fix: string): Explanation =>
  explanation(
    what,
    causes,
    'The diagnostic log of the IoT hub: a device on MQTT sees the closed connection alone.',
    fix,
  );

/** Codes of IoT Hub, with the names of its documentation. */
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
  '400001': hub(
    'The hub does not speak that version of its protocol (InvalidProtocolVersion).',
    ['an api-version that the hub does not know'],
    'Leave the api-version out, or take one that the hub has.',
  ),
  '400003': hub(
    'The hub does not do that operation (InvalidOperation).',
    ['a request that does not fit the state of the device'],
    'Correct what the message names.',
  ),
  '400005': hub(
    'A value that the hub needs is null (ArgumentNull).',
    ['a member that was left out of a body'],
    'Give the member that the message names.',
  ),
  '400006': hub(
    'The hub could not read the JSON of a request (IotHubFormatError).',
    ['a body that is cut off, or is no JSON'],
    'Send whole JSON in UTF-8.',
  ),
  '400037': hub(
    'The hub refused the certificate request of a renewal.',
    ['another curve than P-384', 'a common name other than the registration id', 'a request over 8 KB'],
    'Make a request that the policy of the hub takes.',
  ),
  '400103': hub(
    'The hub does not take the content type or encoding (InvalidContentEncodingOrType).',
    ['a content type that is not JSON where the hub wants JSON'],
    'Send `application/json` and `utf-8`.',
  ),
  '403006': hub(
    'Too many files of the device are uploaded at once: 10 is the most.',
    ['uploads that were begun and never reported as done'],
    'End the uploads under way; report each to the hub.',
  ),
  '403010': hub(
    'The tier of the hub does not have that.',
    ['cloud-to-device messages, methods or twins at a hub of the basic tier'],
    'Use a hub of the standard tier.',
  ),
  '409001': hub(
    'The hub has a device of that id already (DeviceAlreadyExists).',
    ['an id that is made twice'],
    'Use the device that is there, or another id.',
  ),
  '409004': hub(
    'A certificate renewal of the device is under way already.',
    ['a second request before the first was answered'],
    'Wait for the first one; `replace` in a new request ends it.',
  ),
  '409005': hub(
    'A certificate renewal of the device is under way already.',
    ['a second request before the first was answered'],
    'Wait for the first one; `replace` in a new request ends it.',
  ),
  '412001': hub(
    'What was to be replaced is not there, or is another by now: the ETag differs.',
    ['a change by somebody else in between', 'a renewal that replaces a request which does not exist'],
    'Read it again, then change it.',
  ),
  '412002': hub(
    'The hub gave the message to somebody else, or its lock is over.',
    ['a message that was acknowledged later than a minute after it came'],
    'Acknowledge within a minute, or take the message again.',
  ),
  '413001': hub(
    'The message is larger than the hub takes: 256 KB from a device, 64 KB to one.',
    ['a body that is too large, properties included'],
    'Send several messages.',
  ),
  '429001': hub(
    'The hub is asked more often than its units allow (ThrottlingException).',
    ['many devices that connect or read their twin at once', 'telemetry over the rate of the tier'],
    'Send less often, in batches; start devices spread over time; add units.',
  ),
  '429002': hub(
    'The hub takes no more requests of that kind: too many wait for their turn (ThrottleBacklogLimitExceeded).',
    ['a rate over that of the tier for a while'],
    'Send less often, or add units; try again after a pause that grows.',
  ),
  '429003': hub(
    'The hub has kept the request waiting for so long that it let it go (ThrottlingBacklogTimeout).',
    ['a rate over that of the tier for minutes'],
    'Send less often, or add units.',
  ),
  '500001': hub('The hub failed.', ['a fault of the service'], 'Try again; the status page of Azure tells of outages.'),
  '500008': hub(
    'The hub failed, and does not know whether the operation was done (GenericTimeout).',
    ['a fault or a time-out of the service'],
    'Look whether it was done, then try again.',
  ),
  '503003': hub(
    'The part of the hub that has the device cannot be reached now (PartitionNotFound).',
    ['a device that moves inside the hub, for a moment'],
    'Try again after a pause.',
  ),
  '504101': hub(
    'The device did not answer the method in time (GatewayTimeout).',
    ['a handler that takes longer than the caller waits', 'a device that has just lost its connection'],
    'Answer sooner, or let the caller wait longer: up to 300 s.',
  ),
};
