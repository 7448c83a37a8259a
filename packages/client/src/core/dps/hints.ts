/**
 * What is likely wrong, by what is known: the service's error code, ours, the return code of CONNACK, the stage that nobody
 * answers in. docs/errors.md and `mote explain` say more.
 */
export const HINTS: Readonly<Record<string, string>> = {
  400207: 'Look at the log of the custom allocation function.',
  400208: 'Is an IoT hub linked to the enrollment?',
  400209: 'The allocation did not approve this device.',
  401002: 'Is every intermediate in `cert`, and the CA verified in the service?',
  unauthorized: 'Is it the key of this device (of its group: groupKey), and is the clock right?',
  'not-found': 'Is there an enrollment for this id, in the instance of this ID scope?',
  throttled: 'Start devices in batches, and keep the hub instead of asking at each start.',
  'registration-disabled': 'Only an operator can enable the enrollment.',
  'CONNACK 3': 'Is the ID scope right? If it is, the service is down.',
  'CONNACK 4': 'Are user name and password right?',
  'CONNACK 5': 'Do registration id and common name of the certificate agree?',
  tcp: "Does a firewall drop the packets? Try transport 'auto' or a proxy.",
  tls: "Does a firewall drop the packets? Try transport 'auto' or a proxy.",
};
