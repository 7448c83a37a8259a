import type { Explanation } from './explanation.ts';
import { PROVISIONING_ERRORS } from './provisioning-errors.ts';

/**
 * Six-digit codes of the service. Their first three digits are the HTTP status. The service publishes no list: these were seen in
 * reports of users and in answers.
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
  '400012': {
    what: 'Bad request: the body is no JSON that the service can read ("Deserialization error.").',
    causes: ['a payload given as text, not as an object', 'a body that was put together by hand'],
    check: '`mote provision -v` shows the packets; `mote inspect` shows the body of one.',
    fix: 'Send a JSON object; with Mote, give it to `--payload`.',
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
    what: 'The proof was not accepted. Where the code stands decides whose: in an answer to the device it is the one of the device; in the state of a `failed` registration ("IotHubUnauthorizedAccess") it is the one of the service at the linked hub.',
    causes: [
      'in an answer, with a certificate: an authority that is not verified in the service, intermediates that are missing, or another authority than that of the enrollment',
      'in an answer, with a key: the key of another device or group',
      'in a failed registration: the link to the IoT hub has a policy or key that the hub does not know any more',
    ],
    check: '`mote doctor` with the flags of the device shows the chain that is sent, or tries the key in both roles.',
    fix: 'Send leaf and intermediates, and verify the authority in the service. In a failed registration, link the hub anew.',
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

/** Statuses of answers. They are those of HTTP. */
export const STATUS_CODES: Readonly<Record<string, Explanation>> = {
  '200': simple(
    'The operation has finished. Look at `status`: a 200 can still say failed or disabled.',
    'Nothing to fix.',
  ),
  '202': simple(
    'The service is still assigning the device.',
    'Wait as long as retry-after says and ask again: Mote does.',
  ),
  '302': simple(
    'Something in between sent the client elsewhere: a web server or a sign-in page of the network.',
    'Check `--host` and the network; Mote follows no redirects.',
  ),
  '400': simple('The request is not valid.', 'Correct what the message of the service names.'),
  '401': PROVISIONING_ERRORS.unauthorized,
  '403': simple('This device may not do that.', 'Check the enrollment, and the IP filter of the instance.'),
  '404': PROVISIONING_ERRORS['not-found'],
  '405': simple(
    'The service does not know that request: the method is not allowed there.',
    'Check `--host`, and the topic if the client is not Mote.',
  ),
  '407': simple(
    'A proxy in between wants a user and a password.',
    'Give them in `--proxy http://user:password@host:port`.',
  ),
  '408': simple('The service waited too long for the request.', 'Try again.'),
  '409': simple('The request collides with another one for the same device.', 'Try again once the other has ended.'),
  '410': simple('What was asked for is gone.', 'Register again.'),
  '412': simple(
    'The enrollment or registration was changed meanwhile: its ETag is another.',
    'Read it again, then try again.',
  ),
  '413': simple('The request is too large: the service takes 96 KB.', 'Shorten the payload.'),
  '415': simple(
    'The service does not take a body of that media type.',
    'Send JSON; over HTTP with `Content-Type: application/json`.',
  ),
  '422': simple(
    'The body can be read, and says what cannot be done.',
    'Correct what the message of the service names.',
  ),
  '429': PROVISIONING_ERRORS.throttled,
  '500': simple('The service failed.', 'Try again; give support the tracking id if it stays.'),
  '501': simple('The service does not do that.', 'Check `--api-version`.'),
  '502': simple('A gateway of the service got no valid answer from the server behind it.', 'Try again later.'),
  '503': simple('The service is not available for now.', 'Try again later.'),
  '504': simple('A gateway of the service got no answer in time from the server behind it.', 'Try again later.'),
};

function simple(what: string, fix: string): Explanation {
  return { what, causes: [], check: 'The message, error code and tracking id in the answer of the service.', fix };
}
