import type { Explanation } from './explanation.ts';

/** CONNACK return codes, as DPS uses them. MQTT 3.1.1, table 3.1. */
export const CONNACK_CODES: Readonly<Record<`connack-${0 | 1 | 2 | 3 | 4 | 5}`, Explanation>> = {
  'connack-0': {
    what: 'Connection accepted. The service judges keys only at the register request, so this is no proof of a good key.',
    causes: ['all went well so far'],
    check: 'The next refusal, if any, comes as 401 on the register request.',
    fix: 'Nothing to fix.',
  },
  'connack-1': {
    what: 'Unacceptable protocol level: the server does not speak this version of MQTT.',
    causes: ['an MQTT 5 or MQTT 3.1 client', 'a server other than the provisioning service'],
    check: 'DPS speaks MQTT 3.1.1 only (level 4).',
    fix: 'Use MQTT 3.1.1; check the host.',
  },
  'connack-2': {
    what: 'Identifier rejected: the server does not accept the client id.',
    causes: ['an empty client id', 'a client id other than the registration id'],
    check: 'Client id and registration id are the same text.',
    fix: 'Correct the registration id.',
  },
  'connack-3': {
    what: 'Server unavailable. DPS says this when the ID scope does not exist.',
    causes: [
      'a slip in the ID scope',
      'an ID scope of another cloud: 0cn lives at global.azure-devices-provisioning.cn',
      'an outage',
    ],
    check: 'Compare the ID scope with the overview page of the instance, character by character.',
    fix: 'Correct `--id-scope`; try again later if it is right.',
  },
  'connack-4': {
    what: 'Bad user name or password.',
    causes: [
      'a token that cannot be read',
      'a user name of another shape than {scope}/registrations/{id}/api-version={version}',
    ],
    check: 'With DPS this is rare: a wrong key passes here and is refused with 401 later.',
    fix: 'Check key and api-version.',
  },
  'connack-5': {
    what: 'Not authorized.',
    causes: [
      'the common name of the certificate is not the registration id',
      'the certificate chain is incomplete',
      'client id and user name name two devices',
      'an api-version that is not known or not deployed there',
    ],
    check: '`mote doctor` compares the common name with the registration id.',
    fix: 'Use a certificate whose common name is the registration id, letter case included, with its intermediates; leave out `--api-version`.',
  },
};
