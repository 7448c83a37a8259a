const FIREWALL = "Behind a firewall, try transport 'auto' or a proxy.";

/** Of our certificate, whoever refuses it. */
export const CHAIN_HINT = 'Is it in date, every intermediate in `cert`, and the CA verified in the service?';

/**
 * What is likely wrong, by what is known: the service's error code, ours, the return code of CONNACK, the stage that nobody
 * answers in. docs/errors.md and `mote explain` say more.
 */
export const HINTS: Readonly<Record<string, string>> = {
  400207: 'See the log of the allocation function.',
  400208: 'Is an IoT hub linked to the enrollment?',
  400209: 'The allocation did not approve this device.',
  401002: CHAIN_HINT,
  unauthorized: "Is it this device's own key (with its group's: groupKey), and the clock right?",
  'not-found': 'Is there an enrollment for this id under this ID scope?',
  throttled: 'Start devices in batches, and keep the hub between starts.',
  'CONNACK 3': 'Is the ID scope right? If so, the service is down.',
  'CONNACK 4': 'Are user name and password right?',
  'CONNACK 5': 'Is the registration id the common name of the certificate?',
  tcp: FIREWALL,
  tls: FIREWALL,
};
