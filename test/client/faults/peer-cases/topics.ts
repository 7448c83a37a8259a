import type { Peer } from '../../hostile/peer.ts';
import { ASSIGNED } from '../../hostile/server.ts';
import type { PeerCase } from './peer-case.ts';

// Topics of answers: what is not for the request at hand is ignored and, at QoS 1, acknowledged; retry-after is taken for what
// it can be.

const WRONG = {
  ...ASSIGNED,
  registrationState: { ...ASSIGNED.registrationState, assignedHub: 'wrong.test' },
};

/** An answer that is not ours, to be believed by nobody, and the right one behind it. */
const ignored = (topic: (requestId: string) => string, fields: object = {}): Partial<PeerCase> => ({
  step: 'register-answer',
  misbehave: (peer, good) =>
    peer.write(Buffer.concat([peer.reply({ topic: topic(peer.requestId), body: WRONG, ...fields }), good])),
});

const NOT_OURS: readonly PeerCase[] = [
  ['of another case', (id: string) => `$DPS/registrations/res/200/?$rid=${id}`],
  ['with res in capitals', (id: string) => `$dps/registrations/RES/200/?$rid=${id}`],
  ['with a slash in front', (id: string) => `/$dps/registrations/res/200/?$rid=${id}`],
  ['with a prefix', (id: string) => `x/$dps/registrations/res/200/?$rid=${id}`],
  ['without the last slash', (id: string) => `$dps/registrations/res/200?$rid=${id}`],
  ['without a question mark', (id: string) => `$dps/registrations/res/200/$rid=${id}`],
  ['with a level too many', (id: string) => `$dps/registrations/res/200/x/?$rid=${id}`],
  ['with a line feed in front of it', (id: string) => `\n$dps/registrations/res/200/?$rid=${id}`],
  ['with no status', (id: string) => `$dps/registrations/res//?$rid=${id}`],
  ['with status 0', (id: string) => `$dps/registrations/res/0/?$rid=${id}`],
  ['with status 000', (id: string) => `$dps/registrations/res/000/?$rid=${id}`],
  ['with status 99', (id: string) => `$dps/registrations/res/99/?$rid=${id}`],
  ['with status 600', (id: string) => `$dps/registrations/res/600/?$rid=${id}`],
  ['with status 2000', (id: string) => `$dps/registrations/res/2000/?$rid=${id}`],
  ['with status -200', (id: string) => `$dps/registrations/res/-200/?$rid=${id}`],
  ['with status 2OO', (id: string) => `$dps/registrations/res/2OO/?$rid=${id}`],
  ['with status 2e2', (id: string) => `$dps/registrations/res/2e2/?$rid=${id}`],
  ['with status in Arabic digits', (id: string) => `$dps/registrations/res/٢٠٠/?$rid=${id}`],
  ['without $rid', () => '$dps/registrations/res/200/?'],
  ['without properties', () => '$dps/registrations/res/200/'],
  ['with an empty $rid', () => '$dps/registrations/res/200/?$rid='],
  ['with rid for $rid', (id: string) => `$dps/registrations/res/200/?rid=${id}`],
  ['with the $rid of nobody', () => '$dps/registrations/res/200/?$rid=4711'],
  ['with a $rid that goes on', (id: string) => `$dps/registrations/res/200/?$rid=${id}0`],
  ['with a $rid of a float', (id: string) => `$dps/registrations/res/200/?$rid=${id}.0`],
  ['with a $rid with a zero in front', (id: string) => `$dps/registrations/res/200/?$rid=0${id}`],
  ['with a $rid with a space', (id: string) => `$dps/registrations/res/200/?$rid= ${id}`],
  ['with a $rid that comes twice', (id: string) => `$dps/registrations/res/200/?$rid=${id}&$rid=${id}`],
  ['with a $rid that comes twice, one another', (id: string) => `$dps/registrations/res/200/?$rid=9&$rid=${id}`],
  ['with a $rid behind a bad escape', () => '$dps/registrations/res/200/?$rid=%zz'],
  ['with retry-after twice', (id: string) => `$dps/registrations/res/200/?$rid=${id}&retry-after=1&retry-after=2`],
  ['of 65,535 bytes', () => `$dps/registrations/res/200/?$rid=${'9'.repeat(65_500)}`],
  ['with 20,000 properties', () => `$dps/registrations/res/200/?${'a=b&'.repeat(15_000)}`],
  ['of the prototype', () => '$dps/registrations/res/200/?__proto__=1&constructor=1'],
  ['of our own request', (id: string) => `$dps/registrations/PUT/iotdps-register/?$rid=${id}`],
].map(
  ([name, topic]) =>
    ({
      name: `an answer ${name as string} is ignored`,
      ...ignored(topic as (id: string) => string),
      ends: 'assigned',
    }) satisfies PeerCase,
);

const OURS: readonly PeerCase[] = [
  ['the other way round', (id: string) => `?retry-after=1&$rid=${id}`],
  ['with properties nobody knows', (id: string) => `?a=b&$rid=${id}&c=d&e`],
  ['percent-encoded', (id: string) => `?%24rid=%${id.charCodeAt(0).toString(16)}${id.slice(1)}`],
  ['with names of the prototype', (id: string) => `?__proto__=1&$rid=${id}&constructor=2&hasOwnProperty=3`],
  ['with empty properties', (id: string) => `?&&$rid=${id}&&=&`],
  ['with a bad escape in another property', (id: string) => `?x=%zz&$rid=${id}`],
].map(
  ([name, properties]) =>
    ({
      name: `properties ${name as string} are read`,
      step: 'register-answer',
      misbehave: (peer: Peer) =>
        peer.write(
          peer.reply({
            topic: `$dps/registrations/res/200/${(properties as (id: string) => string)(peer.requestId)}`,
            body: ASSIGNED,
          }),
        ),
      ends: 'assigned',
    }) satisfies PeerCase,
);

const DELIVERY: readonly PeerCase[] = [
  { name: 'an answer that is a retained message', ...redelivered({ retain: true }), ends: 'assigned' },
  { name: 'an answer that is a re-delivery', ...redelivered({ dup: true }), ends: 'assigned' },
  { name: 'an answer at QoS 0', ...redelivered({ qos: 0 }), ends: 'assigned' },
  { name: 'an answer with Packet Identifier 65,535', ...redelivered({ messageId: 65_535 }), ends: 'assigned' },
  { name: 'an answer with the identifier of our own request', ...redelivered({ messageId: 2 }), ends: 'assigned' },
  { name: 'an answer at QoS 2, which nobody asked for', ...redelivered({ qos: 2 }), ends: 'protocol-violation' },
];

/** 2 s where nothing useful is said, else what is said; a quarter of a second of jitter. */
const RETRY_AFTER: readonly (readonly [string, number | undefined])[] = [
  ['', undefined],
  ['&retry-after', undefined],
  ['&retry-after=', undefined],
  ['&retry-after=0', 0],
  ['&retry-after=-1', undefined],
  ['&retry-after=1.5', undefined],
  ['&retry-after=1e1', undefined],
  ['&retry-after=0x10', undefined],
  ['&retry-after=NaN', undefined],
  ['&retry-after=Infinity', undefined],
  ['&retry-after=soon', undefined],
  ['&retry-after= 3', undefined],
  ['&retry-after=3 ', undefined],
  ['&retry-after=3;', undefined],
  ['&retry-after=٣', undefined],
  ['&retry-after=%33', 3],
  ['&Retry-After=3', 3],
  ['&retry-after=1', 1],
  ['&retry-after=007', 7],
  ['&retry-after=Wed, 21 Oct 2026 07:28:00 GMT', undefined],
];

const PAUSES: readonly PeerCase[] = RETRY_AFTER.map(([properties, seconds]) => ({
  name: `a pause after '${properties}' is of ${seconds || 2} s`,
  answer: () => ({ status: 202, body: { operationId: 'op', status: 'assigning' }, properties }),
  options: { timeoutMs: 60_000 },
  abortAt: 'assigning',
  ends: 'aborted',
  check: (_server, progress) => {
    const waits = progress.flatMap((event) => (event.type === 'assigning' ? [event.delayMs] : []));
    const floor = (seconds || 2) * 1000;
    if (waits.length !== 1 || !(waits[0]! >= floor && waits[0]! <= floor + 500)) throw new Error(waits.join());
  },
}));

/** Too long to wait for: said at once. */
const TOO_LONG: readonly PeerCase[] = ['86401', '2147484', '4294968', '999999999999999'].flatMap((seconds) => [
  {
    name: `202 with a retry-after of ${seconds}`,
    answer: () => ({
      status: 202,
      body: { operationId: 'op', status: 'assigning' },
      properties: `&retry-after=${seconds}`,
    }),
    ends: 'timed-out',
    with: { retryAfter: Number(seconds) },
    within: 2000,
  },
  ...[429, 503].map(
    (status): PeerCase => ({
      name: `${status} with a retry-after of ${seconds}`,
      answer: () => ({ status, body: {}, properties: `&retry-after=${seconds}` }),
      ends: status === 429 ? 'throttled' : 'service-error',
      with: { retryAfter: Number(seconds) },
      within: 2000,
    }),
  ),
]);

const THROTTLED: readonly PeerCase[] = ['register', 'poll'].map((request) => ({
  name: `429 with a retry-after of 1 to a ${request} is waited out`,
  answer: (asked, _id, count) => {
    if (asked === request && count < 2) return { status: 429, body: {}, properties: '&retry-after=1' };
    return asked === 'register' && request === 'register' ? { status: 200, body: ASSIGNED } : undefined;
  },
  options: { retry: { attempts: 2, baseMs: 1 }, timeoutMs: 8000 },
  ends: 'assigned',
  check: (_server, progress) => {
    const waits = progress.flatMap((event) => (event.type === 'retrying' ? [event.delayMs] : []));
    if (waits.length === 0 || waits.some((ms) => ms < 1000)) throw new Error(waits.join());
  },
}));

const WILDCARD: PeerCase = {
  name: 'a + in the topic of an answer, where no wildcard may be',
  answer: () => ({ status: 202, body: { operationId: 'op', status: 'assigning' }, properties: '&retry-after=+3' }),
  ends: 'protocol-violation',
};

function redelivered(fields: object): Partial<PeerCase> {
  return {
    step: 'register-answer',
    misbehave: (peer) => peer.write(peer.reply({ body: ASSIGNED, ...fields })),
  };
}

export const TOPICS: readonly PeerCase[] = [
  WILDCARD,
  ...NOT_OURS,
  ...OURS,
  ...DELIVERY,
  ...PAUSES,
  ...TOO_LONG,
  ...THROTTLED,
];
