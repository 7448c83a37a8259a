import type { RegistrationOptions } from '@mote/client';
import { expect, test } from 'vitest';
import { ASSIGNED, ASSIGNING, Machine, OPERATION, reply } from './machine.ts';

const answered = (status: number, body: unknown, options: Partial<RegistrationOptions> = {}): Machine =>
  new Machine({ retry: { attempts: 0 }, ...options })
    .asking('SharedAccessSignature sr=x&sig=c2lnbmF0dXJl%3D&se=1')
    .receive(reply(status, '1', body));

const state = (fields: object): object => ({
  ...ASSIGNED,
  registrationState: { ...ASSIGNED.registrationState, ...fields },
});

test.each([
  ['a byte order mark', '\ufeff', ''],
  ['white space', ' \r\n\t', '\r\n'],
  ['a byte order mark, and lines around', '\ufeff\r\n', '\n'],
])('an answer with %s is read [RFC 8259 8.1]', (_form, before, behind) => {
  const { outcome } = answered(200, `${before}${JSON.stringify(ASSIGNED)}${behind}`);
  expect(outcome).toMatchObject({ type: 'assigned', assignment: { operationId: OPERATION } });
  const { error } = answered(401, `${before}{"errorCode":401002,"trackingId":"a","message":"b"}${behind}`);
  expect(error).toMatchObject({ code: 'unauthorized', errorCode: 401002, trackingId: 'a', response: { message: 'b' } });
});

test('an assignment keeps what the service said, and all of it in `raw`', () => {
  const registrationState = {
    ...ASSIGNED.registrationState,
    registrationId: 'as-the-service-writes-it',
    connectionProfile: 'mqttV5',
    substatus: 'initialAssignment',
    payload: { grüße: 'aus der Ferne 🚀' },
    issuedCertificateChain: ['MIIB', 'MIIC'],
    etag: 'e',
    createdDateTimeUtc: '2022-08-31T22:02:50.5163352Z',
    lastUpdatedDateTimeUtc: '2022-08-31T22:02:51.5163352Z',
    newer: { than: 'this client' },
  };
  const { outcome } = answered(200, { ...ASSIGNED, registrationState });
  const { newer, ...known } = registrationState;
  expect(outcome).toEqual({
    type: 'assigned',
    assignment: { ...known, operationId: OPERATION, raw: registrationState },
  });
});

test.each([
  ['in capitals', 200, { ...ASSIGNED, status: 'ASSIGNED' }],
  ['in the registrationState alone', 200, { registrationState: ASSIGNED.registrationState }],
  ['with 202, since the status decides', 202, ASSIGNED],
  [
    'with fields of wrong types, which are left out',
    200,
    state({ substatus: 7, etag: null, issuedCertificateChain: ['x', 1] }),
  ],
])('`assigned` counts %s', (_how, status, body) => {
  expect(answered(status, body).outcome).toMatchObject({
    type: 'assigned',
    assignment: {
      assignedHub: 'hub.azure-devices.net',
      status: 'assigned',
      substatus: undefined,
      issuedCertificateChain: undefined,
    },
  });
});

test.each([
  ['classic', 'classic'],
  ['newer', 'newer'],
  [null, undefined],
  [undefined, undefined],
  [5, '5'],
  [{ kind: 'x' }, '{"kind":"x"}'],
])('a connection profile of %j is kept as %j, so that none but `classic` passes for it', (connectionProfile, kept) => {
  expect(answered(200, state({ connectionProfile })).outcome).toMatchObject({
    assignment: { connectionProfile: kept },
  });
});

test('an assignment without a registration id has the one that was asked for', () => {
  expect(answered(200, state({ registrationId: undefined })).outcome).toMatchObject({
    assignment: { registrationId: 'contoso-simdevice' },
  });
});

test('a number that JSON cannot write is kept as it was read, where nothing is masked', () => {
  const body = JSON.stringify(state({ payload: 'x' })).replace('"x"', '1e400');
  expect(answered(200, body).outcome).toMatchObject({ assignment: { payload: Infinity } });
});

test.each([200, 204, 299])('a status of %i is a good answer', (status) => {
  expect(answered(status, ASSIGNED).outcome).toMatchObject({ type: 'assigned' });
});

test.each([
  ['200 without hub', 200, state({ assignedHub: undefined }), 'no-hub'],
  ['200 with an empty hub', 200, state({ assignedHub: '' }), 'no-hub'],
  ['200 without device id', 200, state({ deviceId: undefined }), 'no-hub'],
  ['200 without registrationState', 200, { status: 'assigned' }, 'no-hub'],
  ['200 with a registrationState of null', 200, { status: 'assigned', registrationState: null }, 'no-hub'],
  ['200 without status', 200, { operationId: OPERATION }, 'no-status'],
  ['202 without operationId', 202, { status: 'assigning' }, 'no-operation-id'],
  [
    '202 with an operationId that no topic can carry',
    202,
    { operationId: '\ud800', status: 'assigning' },
    'no-operation-id',
  ],
  [
    '202 with an operationId of 1,025 characters',
    202,
    { operationId: 'x'.repeat(1025), status: 'assigning' },
    'no-operation-id',
  ],
  ['200 with an array', 200, [], 'no-json-object'],
  ['200 with null', 200, 'null', 'no-json-object'],
  ['200 with a number', 200, '7', 'no-json-object'],
  ['200 with a text of JSON', 200, '"assigned"', 'no-json-object'],
  ['200 with text', 200, 'OK', 'no-json-object'],
  ['200 with half a JSON', 200, '{"status":"assi', 'no-json-object'],
  ['200 without a body', 200, '', 'no-json-object'],
  ['200 with bytes that are no UTF-8', 200, Buffer.from([0x7b, 0xff, 0x7d]), 'no-json-object'],
  ['a status of 100', 100, ASSIGNED, 'service-status'],
  ['a status of 199', 199, ASSIGNED, 'service-status'],
  ['a status of 300', 300, ASSIGNED, 'service-status'],
  ['a status of 302', 302, ASSIGNED, 'service-status'],
])('%s breaks the rules', (_what, status, body, reason) => {
  expect(answered(status, body).error).toMatchObject({
    code: 'protocol-violation',
    reason,
    stage: 'register',
    retryable: false,
  });
});

test('a poll that is answered with 202 and no JSON breaks the rules, though its operation is known', () => {
  const machine = new Machine({ random: () => 0 })
    .waiting(1)
    .advance(1000)
    .receive(reply(202, '2', 'soon'));
  expect(machine.error).toMatchObject({ code: 'protocol-violation', reason: 'no-json-object', stage: 'poll' });
});

test('an operation id of 1,024 characters is polled for', () => {
  const operationId = 'x'.repeat(1024);
  const machine = answered(202, { operationId, status: 'assigning' });
  expect(machine.progress('assigning')).toMatchObject([{ operationId }]);
});

test.each([
  [400, 'bad-request', false],
  [401, 'unauthorized', false],
  [403, 'unauthorized', false],
  [404, 'not-found', false],
  [409, 'bad-request', false],
  [429, 'throttled', true],
  [500, 'service-error', true],
  [503, 'service-error', true],
  [599, 'service-error', true],
])('an answer of %i is %s', (status, code, retryable) => {
  const body = { errorCode: status * 1000, trackingId: 't', message: 'No.', timestampUtc: 'now', info: {} };
  expect(answered(status, body).error).toMatchObject({
    code,
    retryable,
    stage: 'register',
    message: `the service answered ${status} (${status * 1000}): No.`,
    statusCode: status,
    errorCode: status * 1000,
    trackingId: 't',
    response: body,
  });
});

test.each([
  [
    'an empty tracking id',
    { errorCode: 401000, trackingId: '', message: 'Unauthorized' },
    { trackingId: '', errorCode: 401000 },
  ],
  ['no body', '', { response: '', message: 'the service answered 401' }],
  ['text', 'go away', { response: 'go away', message: 'the service answered 401' }],
  ['an array', [1], { response: [1] }],
  ['null', 'null', {}],
  ['wrong types', { errorCode: 'x', trackingId: 1, message: {} }, { message: 'the service answered 401' }],
  ['an error code of 0', { errorCode: 0 }, { message: 'the service answered 401' }],
  ['names of the prototype', '{"__proto__":{"errorCode":1},"constructor":2}', { message: 'the service answered 401' }],
])('a refusal with %s is still that refusal', (_what, body, fields) => {
  expect(answered(401, body).error).toMatchObject({ code: 'unauthorized', statusCode: 401, ...fields });
});

test('error code and tracking id of a wrong type, and an error code of 0, are left out', () => {
  for (const body of [{ errorCode: 'x', trackingId: 1 }, { errorCode: 0 }, { errorCode: null, trackingId: [] }]) {
    const { error } = answered(401, body);
    expect(error).not.toHaveProperty('errorCode');
    expect(error).not.toHaveProperty('trackingId');
  }
});

test.each([
  [401002, 'clock'],
  [400208, 'IoT hub'],
  [401000, 'groupKey'],
])('error code %i comes with a hint', (errorCode, words) => {
  expect(answered(401, { errorCode }).error?.['hint']).toContain(words);
});

test.each([
  [
    'failed',
    'registration-failed',
    { errorCode: 400207, errorMessage: 'no hub' },
    'the registration is failed (400207): no hub',
  ],
  ['Failed', 'registration-failed', {}, 'the registration is failed'],
  ['disabled', 'registration-disabled', {}, 'the registration is disabled'],
  ['unassigned', 'registration-failed', {}, 'the registration is unassigned'],
  ['newer', 'registration-failed', {}, 'the registration is newer'],
])('200 with status %s is %s', (status, code, fields, message) => {
  const body = { operationId: '', status, registrationState: { ...fields, status } };
  expect(answered(200, body).error).toMatchObject({
    code,
    message,
    statusCode: 200,
    status: status.toLowerCase(),
    response: body,
  });
});

test.each(['assigning', 'unassigned', 'newer', undefined])('202 with status %s is waited for', (status) => {
  const machine = answered(202, { operationId: OPERATION, status });
  expect(machine.outcome).toBeUndefined();
  expect(machine.progress('assigning')).toHaveLength(1);
});

test.each([
  ['failed', 'registration-failed'],
  ['disabled', 'registration-disabled'],
])('202 with status %s is not waited for: %s', (status, code) => {
  expect(answered(202, { operationId: OPERATION, status }).error).toMatchObject({ code, statusCode: 202 });
});

test('200 with status assigning is waited for, like the SDKs do', () => {
  expect(answered(200, ASSIGNING).progress('assigning')).toHaveLength(1);
});

test('words of the peer are kept short and off the terminal', () => {
  const { error } = answered(400, { message: `\u001b[2J\u0007${'x'.repeat(5000)}` });
  expect(error?.['message']).toBe(
    `the service answered 400: \\u001b[2J\\u0007${'x'.repeat(295)}… (4705 more characters)`,
  );
  expect(answered(400, 'x'.repeat(5000)).error).toMatchObject({ response: 'x'.repeat(2048) });
});

test('a SAS token that the peer sends back is masked', () => {
  const { error } = answered(401, {
    message: 'bad: SharedAccessSignature sr=x&sig=c2lnbmF0dXJl%3D&se=1, c2lnbmF0dXJl%3D, c2lnbmF0dXJl=',
  });
  expect(error?.['message']).toBe('the service answered 401: bad: ***, ***, ***');
  expect(JSON.stringify(error)).not.toContain('c2lnbmF0dXJl');
});

const nested = (levels: number, inside: unknown = 1): unknown => {
  let value = inside;
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { a: value };
  return value;
};

test.each([
  ['64 levels', nested(62), true],
  ['brackets in a text', `${'[{'.repeat(40_000)}`, true],
  ['brackets behind a quote in a text', `"\\"${'['.repeat(100)}`, true],
  ['many arrays beside one another', Array.from({ length: 500 }, () => [[]]), true],
  ['65 levels', nested(63), false],
  ['1,000 levels', nested(1000), false],
])('an answer with %s is read as far as whoever walks it can go', (_what, payload, read) => {
  const { outcome } = answered(200, state({ payload }));
  if (read) expect(outcome).toMatchObject({ type: 'assigned', assignment: { payload } });
  else expect(outcome).toMatchObject({ type: 'failed', error: { code: 'protocol-violation' } });
});
