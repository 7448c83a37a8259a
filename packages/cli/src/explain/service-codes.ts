import type { Explanation } from './explanation.ts';

/**
 * Six-digit codes of the service. The list is not published: these were seen in the field. The first three digits are the
 * HTTP status.
 */
export const SERVICE_CODES: Readonly<Record<string, Explanation>> = {
  '400004': {
    what: 'Bad request: the body could not be read.',
    causes: [
      'a payload that is not a JSON object',
      'a registration id in the body other than the one in the user name',
    ],
    check: '`-v` shows the packets; `--payload` must be an object.',
    fix: 'Correct the payload.',
  },
  '400207': {
    what: 'The custom allocation function answered with an error.',
    causes: ['the function threw, timed out or answered another status than 200'],
    check: 'The log of the function.',
    fix: 'Correct the function; the device may simply try again.',
  },
  '400208': {
    what: 'No IoT hub could be resolved for this device.',
    causes: ['the enrollment has no linked hub, or the allocation policy matched none'],
    check: 'The hubs of the enrollment in the portal.',
    fix: 'Link a hub to the instance and to the enrollment.',
  },
  '400209': {
    what: 'The allocation did not authorize the device.',
    causes: ['the allocation function returned no hub', 'IoT Central: the device waits for approval, or is blocked'],
    check: 'The allocation function, or the device list of IoT Central.',
    fix: 'Approve the device.',
  },
  '401000': {
    what: 'Unauthorized: the SAS token is wrong or has expired.',
    causes: [
      'wrong key',
      'a group key used without deriving the device key',
      'a derived key made from an id in another letter case',
      'the clock of the device is off',
    ],
    check: '`mote derive-key` gives the key of the device; `mote doctor` compares the clock.',
    fix: 'Use `--group-key-file` for a group, `--key-file` for an individual enrollment; set the clock.',
  },
  '401002': {
    what: 'The certificate was not accepted.',
    causes: [
      'the authority is not verified in the service (proof of possession)',
      'intermediates are missing from the file',
      'the leaf was signed by another authority than the one of the enrollment',
    ],
    check: '`mote doctor --cert FILE --cert-key FILE` shows the chain that is sent.',
    fix: 'Send leaf and intermediates; verify root and intermediate in the service.',
  },
  '404201': {
    what: 'The enrollment was not found.',
    causes: ['no enrollment for this registration id in this instance'],
    check: 'Id scope and registration id against the portal.',
    fix: 'Create the enrollment.',
  },
  '404202': {
    what: 'The registration was not found.',
    causes: ['the registration was deleted while the device polled'],
    check: 'The registration records of the enrollment.',
    fix: 'Register again.',
  },
  '429001': {
    what: 'Too many requests.',
    causes: ['a fleet that starts at once', 'polls closer than the service allows (5 in 10 s)'],
    check: '`retryAfter` of the error.',
    fix: 'Wait as long as it says; spread the start of the fleet.',
  },
};

/** What the first three digits say when the whole code is unknown. */
export const STATUS_CODES: Readonly<Record<string, Explanation>> = {
  '200': simple(
    'The operation has finished. Look at `status`: a 200 can still say failed or disabled.',
    'Nothing to fix.',
  ),
  '202': simple(
    'The service is still assigning the device.',
    'Wait as long as retry-after says and ask again: Mote does.',
  ),
  '400': simple('The request is not valid.', 'Correct what the message of the service names.'),
  '401': simple(
    'The proof of identity was not accepted, or the address is blocked by an IP filter.',
    'Check key, certificate and clock; `mote explain unauthorized`.',
  ),
  '403': simple('This device may not do that.', 'Check the enrollment.'),
  '404': simple('Instance, enrollment or operation does not exist.', '`mote explain not-found`.'),
  '409': simple('The request collides with another one for the same device.', 'Try again once the other has ended.'),
  '429': simple('Too many requests.', '`mote explain throttled`.'),
  '500': simple('The service failed.', 'Try again; give support the tracking id if it stays.'),
  '503': simple('The service is not available for now.', 'Try again later.'),
};

function simple(what: string, fix: string): Explanation {
  return { what, causes: [], check: 'The message, error code and tracking id in the answer of the service.', fix };
}
