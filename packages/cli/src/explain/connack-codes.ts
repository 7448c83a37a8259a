import type { Explanation } from './explanation.ts';

/** Return codes of CONNACK (MQTT 3.1.1, table 3.1), with what DPS, IoT hubs and brokers mean by them. */
export const CONNACK_CODES: Readonly<Record<`connack-${0 | 1 | 2 | 3 | 4 | 5}`, Explanation>> = {
  'connack-0': {
    what: 'Connection accepted. DPS judges keys only at the register request: there it is no proof of a good key. At an IoT hub and a broker it is one.',
    causes: ['all went well so far'],
    check: 'The next refusal of DPS, if any, comes as 401 on the register request.',
    fix: 'Nothing to fix.',
  },
  'connack-1': {
    what: 'Unacceptable protocol level: the server does not speak this version of MQTT.',
    causes: ['an MQTT 5 or MQTT 3.1 client', 'a broker that takes MQTT 5 alone'],
    check: 'DPS and IoT Hub speak MQTT 3.1.1 only (level 4).',
    fix: 'Use MQTT 3.1.1; check the host.',
  },
  'connack-2': {
    what: 'Identifier rejected: the server does not accept the client id.',
    causes: [
      'an empty client id, with a Session that is to be kept',
      'DPS: a client id other than the registration id',
      'IoT Hub: a client id other than the device id, or {device id}/{module id}',
      'a broker that allows certain client ids only',
    ],
    check: 'The client id is the id that the user name names, to the letter.',
    fix: 'Correct the client id.',
  },
  'connack-3': {
    what: 'Server unavailable. DPS says this when the ID scope does not exist.',
    causes: [
      'DPS: a slip in the ID scope',
      'an ID scope of another cloud: 0cn lives at global.azure-devices-provisioning.cn',
      'a broker that is full, starting or shutting down',
      'an outage',
    ],
    check: 'Compare the ID scope with the overview page of the instance, character by character.',
    fix: 'Correct `--id-scope`; try again later if it is right.',
  },
  'connack-4': {
    what: 'Bad user name or password.',
    causes: [
      'a broker: another password, or none',
      'a token that cannot be read',
      'a user name of another shape than {scope}/registrations/{id}/api-version={version} at DPS, {hub}/{device id}/?api-version={version} at a hub',
    ],
    check: 'With DPS this is rare: a wrong key passes here and is refused with 401 later.',
    fix: 'Check user name and password of a broker; key and api-version of DPS or a hub.',
  },
  'connack-5': {
    what: 'Not authorized.',
    causes: [
      'DPS: the common name of the certificate is not the registration id, or its chain is incomplete',
      'IoT Hub: the key is not the one of this device, its token has expired, or the clock is wrong',
      'IoT Hub: the device does not exist there, or is disabled',
      'a broker: user name and password are wrong, or this client may not connect',
      'client id and user name name two devices',
      'an api-version that is not known or not deployed there',
    ],
    check:
      '`mote doctor` compares the common name with the registration id and looks at the clock; with `--hub` it asks the hub, too.',
    fix: 'DPS: a certificate whose common name is the registration id, letter case included, with its intermediates. IoT Hub: the key of this device, a clock that is right. A broker: `--username` and `--pw-file`.',
  },
};
