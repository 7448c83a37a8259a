import type { Answer } from '../../hostile/script.ts';
import { ASSIGNED } from '../../hostile/server.ts';
import type { PeerCase } from './peer-case.ts';

// What a service may say in its answers: JSON of every kind, statuses that do not fit, operation ids nobody would think of.

const state = (fields: object): object => ({
  ...ASSIGNED,
  registrationState: { ...ASSIGNED.registrationState, ...fields },
});
const answered = (status: number | string, body: unknown, properties?: string): Pick<PeerCase, 'answer'> => ({
  answer: (): Answer => ({ status, body, ...(properties !== undefined && { properties }) }),
});
const text = JSON.stringify(ASSIGNED);

const BODIES: readonly PeerCase[] = [
  { name: 'a body of 96 KB', ...answered(200, state({ payload: 'x'.repeat(98_304) })), ends: 'assigned' },
  { name: 'a body of 240 KB', ...answered(200, state({ payload: 'x'.repeat(245_760) })), ends: 'assigned' },
  {
    name: 'names of the prototype as keys',
    ...answered(
      200,
      text.replace('{', '{"__proto__":{"status":"failed"},"constructor":1,"hasOwnProperty":null,"toString":{},'),
    ),
    ends: 'assigned',
    check: () => {
      if ('status' in {}) throw new Error('Object.prototype was written to');
    },
  },
  {
    name: 'hub and device id in the prototype only',
    ...answered(200, '{"status":"assigned","registrationState":{"__proto__":{"assignedHub":"x","deviceId":"y"}}}'),
    ends: 'protocol-violation',
  },
  {
    name: 'a key that comes twice, of which the last counts',
    ...answered(200, text.replace('{', '{"status":"failed",')),
    ends: 'assigned',
  },
  // RFC 8259 8.1: a parser may ignore it.
  { name: '200 with a byte order mark', ...answered(200, `\ufeff${text}`), ends: 'assigned' },
  { name: 'spaces and line ends around JSON', ...answered(200, `\r\n\t ${text} \n`), ends: 'assigned' },
  { name: 'a hub that is a number', ...answered(200, state({ assignedHub: 7 })), ends: 'protocol-violation' },
  { name: 'a device id that is an object', ...answered(200, state({ deviceId: {} })), ends: 'protocol-violation' },
  { name: 'a status that is a number', ...answered(200, { ...ASSIGNED, status: 1 }), ends: 'assigned' },
  {
    name: 'numbers written as strings',
    ...answered(401, { errorCode: '401002', message: 7, trackingId: 8 }),
    ends: 'unauthorized',
    with: { statusCode: 401, message: 'the service answered 401' },
  },
  {
    name: 'an error code beyond all numbers',
    ...answered(400, '{"errorCode":1e999,"message":"no"}'),
    ends: 'bad-request',
  },
  {
    name: 'half a surrogate pair in the message',
    ...answered(400, '{"errorCode":400004,"message":"\\ud800 and \\udfff"}'),
    ends: 'bad-request',
    with: { errorCode: 400004 },
  },
  {
    name: 'half a surrogate pair in every string',
    ...answered(200, '{"status":"\\ud800","operationId":"\\ud800","registrationState":{"errorMessage":"\\ud800"}}'),
    ends: 'registration-failed',
  },
  {
    name: 'a message of 200,000 characters',
    ...answered(400, { message: 'm'.repeat(200_000) }),
    ends: 'bad-request',
  },
  ...(
    [
      ['UTF-16', Buffer.from(text, 'utf16le')],
      ['Latin-1', Buffer.from('{"status":"ä"}', 'latin1')],
      ['an overlong slash', Buffer.from('7b22c0af223a317d', 'hex')],
      ['half of it', text.slice(0, -10)],
      ['two of it', text + text],
      ['a comma too many', text.replace(/}$/, ',}')],
      ['single quotes', text.replaceAll('"', "'")],
      ['a comment', `/* ${text} */ ${text}`],
      ['NaN', '{"status":NaN}'],
      ['a control character in a string', '{"status":"assi\u0001gned"}'],
      ['null', 'null'],
      ['true', 'true'],
      ['a string', '"assigned"'],
      ['an array', `[${text}]`],
      ['nothing', ''],
      ['a space', ' '],
      ['a NUL', '\u0000'],
      ['HTML', '<html><body>502 Bad Gateway</body></html>'],
      ['100,000 opening brackets', '['.repeat(100_000)],
      ['100,000 keys in one another, not closed', '{"a":'.repeat(40_000)],
    ] as const
  ).map(([name, body]): PeerCase => ({ name: `200 with ${name}`, ...answered(200, body), ends: 'protocol-violation' })),
];

const STATUSES: readonly PeerCase[] = [
  { name: '201 that is assigned', ...answered(201, ASSIGNED), ends: 'assigned' },
  { name: '202 that is assigned already', ...answered(202, ASSIGNED), ends: 'assigned' },
  { name: '204 without a body', ...answered(204, ''), ends: 'protocol-violation' },
  { name: '100', ...answered(100, ASSIGNED), ends: 'protocol-violation' },
  { name: '302', ...answered(302, ASSIGNED), ends: 'protocol-violation' },
  { name: '400 that says it is assigned', ...answered(400, ASSIGNED), ends: 'bad-request' },
  { name: '401 that says it is assigned', ...answered(401, ASSIGNED), ends: 'unauthorized' },
  { name: '403', ...answered(403, {}), ends: 'unauthorized' },
  { name: '404 that says it is assigned', ...answered(404, ASSIGNED), ends: 'not-found' },
  { name: '405', ...answered(405, {}), ends: 'bad-request' },
  { name: '412', ...answered(412, 'no JSON'), ends: 'bad-request' },
  { name: '429 for ever', ...answered(429, {}), ends: 'throttled', check: asked(2) },
  { name: '429 that says it is assigned', ...answered(429, ASSIGNED), ends: 'throttled' },
  { name: '500 for ever', ...answered(500, ''), ends: 'service-error', check: asked(2) },
  { name: '503 once', answer: once({ status: 503, body: {} }), ends: 'assigned', check: asked(2) },
  { name: '599 for ever', ...answered(599, {}), ends: 'service-error' },
  { name: '429 once, without a body', answer: once({ status: 429, body: '' }), ends: 'assigned', check: asked(2) },
  { name: 'status failed', ...answered(200, { status: 'failed' }), ends: 'registration-failed' },
  { name: 'status DISABLED', ...answered(200, { status: 'DISABLED' }), ends: 'registration-disabled' },
  { name: 'status blacklisted', ...answered(200, { status: 'blacklisted' }), ends: 'registration-failed' },
  { name: 'status unassigned', ...answered(200, { status: 'unassigned' }), ends: 'registration-failed' },
  { name: 'an empty status', ...answered(200, { status: '' }), ends: 'registration-failed' },
  {
    name: 'assigned without a hub',
    ...answered(200, { status: 'assigned', registrationState: { deviceId: 'd' } }),
    ends: 'protocol-violation',
  },
  {
    name: 'assigned with null for a state',
    ...answered(200, { status: 'assigned', registrationState: null }),
    ends: 'protocol-violation',
  },
];

const OPERATIONS: readonly PeerCase[] = [
  ...(
    [
      ['none', undefined],
      ['an empty one', ''],
      ['a number', 5],
      ['null', null],
      ['an object', { id: 1 }],
      ['one of 100,000 characters', 'x'.repeat(100_000)],
    ] as const
  ).map(
    ([name, operationId]): PeerCase => ({
      name: `202 with an operationId that is ${name}`,
      ...answered(202, { operationId, status: 'assigning' }),
      ends: 'protocol-violation',
      with: { stage: 'register' },
    }),
  ),
  {
    name: '202 with an operationId that is half a surrogate pair',
    ...answered(202, '{"operationId":"a\\ud800","status":"assigning"}'),
    ends: 'protocol-violation',
  },
  ...[
    'a/b',
    'a+b',
    '#',
    'a b',
    '%2F',
    '%',
    '&$rid=9',
    '?=&',
    'ü€𝄞',
    '"\\',
    '../..',
    '\u0000',
    '\r\n',
    'x'.repeat(1000),
    '€'.repeat(1000),
  ].map(
    (operationId): PeerCase => ({
      name: `an operationId of ${JSON.stringify(operationId.slice(0, 12))}${operationId.length > 12 ? '…' : ''}`,
      answer: (request) =>
        request === 'register'
          ? { status: 202, body: { operationId, status: 'assigning' }, properties: '&retry-after=1' }
          : undefined,
      ends: 'assigned',
      check: (server) => {
        const topics = server.peers[0]!.wire.packets.flatMap((packet) =>
          packet.cmd === 'publish' ? [packet.topic] : [],
        );
        if (!topics[1]?.endsWith(`&operationId=${encodeURIComponent(operationId)}`)) throw new Error(topics.join());
      },
    }),
  ),
  {
    name: 'an operationId that changes with each answer',
    options: { timeoutMs: 8000 },
    answer: (_request, _id, count) =>
      count < 2
        ? { status: 202, body: { operationId: `op${count}`, status: 'assigning' }, properties: '&retry-after=1' }
        : { status: 200, body: ASSIGNED },
    ends: 'assigned',
    check: (server) => {
      const topics = server.peers[0]!.wire.packets.flatMap((packet) =>
        packet.cmd === 'publish' ? [packet.topic] : [],
      );
      if (!/operationId=op0$/.test(topics[1]!) || !/operationId=op1$/.test(topics[2]!)) throw new Error(topics.join());
    },
  },
  {
    name: 'assigning for ever',
    ...answered(202, { operationId: 'op', status: 'assigning' }, '&retry-after=1'),
    options: { timeoutMs: 2500 },
    ends: 'timed-out',
  },
  {
    name: '404 to every poll: registers anew once, then fails',
    options: { timeoutMs: 8000 },
    answer: (request) => (request === 'poll' ? { status: 404, body: {} } : undefined),
    ends: 'not-found',
    with: { stage: 'poll' },
  },
  {
    name: '500 without operationId to a poll, which goes on with the one that is known',
    answer: (_request, _id, count) => (count === 1 ? { status: 500, body: '' } : undefined),
    ends: 'assigned',
  },
];

/** So many requests in all. */
function asked(count: number): NonNullable<PeerCase['check']> {
  return (server) => {
    const { length } = server.peers.flatMap(({ heard }) => heard.filter((cmd) => cmd === 'publish'));
    if (length !== count) throw new Error(`asked ${length} times`);
  };
}

function once(bad: Answer): NonNullable<PeerCase['answer']> {
  return (_request, _id, count) => (count === 0 ? bad : { status: 200, body: ASSIGNED });
}

export const ANSWERS: readonly PeerCase[] = [...BODIES, ...STATUSES, ...OPERATIONS];
