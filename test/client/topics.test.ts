import { isIdScope, isRegistrationId, parseResponseTopic, pollTopic, registerTopic, userName } from '@mote/client';
import { expect, test } from 'vitest';

const RES = '$dps/registrations/res/';

test.each([
  ['202/?$rid=1&retry-after=3', { statusCode: 202, requestId: '1', retryAfter: 3 }],
  ['202/?retry-after=120&$rid=1', { statusCode: 202, requestId: '1', retryAfter: 120 }],
  ['202/?$rid=1&retry-after=99999999999999999999', { statusCode: 202, requestId: '1', retryAfter: 1e20 }],
  [`202/?$rid=1&retry-after=${'9'.repeat(400)}`, { statusCode: 202, requestId: '1', retryAfter: Infinity }],
  ['429/?$rid=1&Retry-After=3', { statusCode: 429, requestId: '1', retryAfter: 3 }],
  ['200/?$RID=1', { statusCode: 200, requestId: '1', retryAfter: undefined }],
  ['200/?$rid=1', { statusCode: 200, requestId: '1', retryAfter: undefined }],
  ['200/?new=1&$rid=1&other&=', { statusCode: 200, requestId: '1', retryAfter: undefined }],
  ['200/?%24rid=a%2Db', { statusCode: 200, requestId: 'a-b', retryAfter: undefined }],
  ['200/?$rid=a+b', { statusCode: 200, requestId: 'a+b', retryAfter: undefined }],
  ['200/?$rid=1&%zz=2', { statusCode: 200, requestId: '1', retryAfter: undefined }],
  ['200/?$rid=1&other&other', { statusCode: 200, requestId: '1', retryAfter: undefined }],
  ['200/?$rid&$rid=1', { statusCode: 200, requestId: '1', retryAfter: undefined }],
  ['200/?$rid=1&bad=%zz', { statusCode: 200, requestId: '1', retryAfter: undefined }],
  ['200/?$rid=1&__proto__=x&constructor=y', { statusCode: 200, requestId: '1', retryAfter: undefined }],
])('the answer topic %s is read', (topic, expected) => {
  expect(parseResponseTopic(RES + topic)).toEqual(expected);
});

test.each(['-1', '1e10', '1.5', '', '0x10', ' 3', '3 ', 'NaN', 'soon', '9,9', 'Infinity'])(
  'retry-after %j is no number of seconds',
  (value) => {
    expect(parseResponseTopic(`${RES}202/?$rid=1&retry-after=${value}`)?.retryAfter).toBeUndefined();
  },
);

test.each([
  `${RES}200/`,
  `${RES}200/?`,
  `${RES}20/?$rid=1`,
  `${RES}2000/?$rid=1`,
  `${RES}abc/?$rid=1`,
  `${RES}200?$rid=1`,
  `${RES}200/?$rid=1&$rid=2`,
  `${RES}200/?$rid=1&retry-after=1&Retry-After=2`,
  `x${RES}200/?$rid=1`,
  '$dps/registrations/PUT/iotdps-register/?$rid=1',
  '',
])('the topic %j is not an answer', (topic) => {
  expect(parseResponseTopic(topic)).toBeUndefined();
});

test('topics carry the request id, and the operation id percent-encoded', () => {
  expect(registerTopic('7')).toBe('$dps/registrations/PUT/iotdps-register/?$rid=7');
  expect(pollTopic('8', '5.a&b/c')).toBe(
    '$dps/registrations/GET/iotdps-get-operationstatus/?$rid=8&operationId=5.a%26b%2Fc',
  );
});

test('of the user name, only the client version is percent-encoded', () => {
  const fields = { idScope: '0ne00ABCDEF', registrationId: 'Dev:01.a_b-C' };
  expect(userName(fields)).toBe('0ne00ABCDEF/registrations/Dev:01.a_b-C/api-version=2019-03-31');
  expect(userName({ ...fields, apiVersion: '2021-06-01', clientVersion: 'a b/1;c' })).toBe(
    '0ne00ABCDEF/registrations/Dev:01.a_b-C/api-version=2021-06-01&ClientVersion=a%20b%2F1%3Bc',
  );
});

test.each(['a', 'A1', 'dev:01.a_b-C', 'ends-with-', 'x'.repeat(128)])('%j is a registration id', (id) => {
  expect(isRegistrationId(id)).toBe(true);
});

test.each(['', ' ', '-a', 'a.', 'a_', 'a b', 'a/b', 'a\n', 'ä', 'a\u0000', 'x'.repeat(129), 'a+b', '#'])(
  '%j is no registration id',
  (id) => {
    expect(isRegistrationId(id)).toBe(false);
  },
);

test('an id scope is one word', () => {
  expect(['0ne00ABCDEF', '0cn00FEDCBA', '0neFEEDC0DE'].every(isIdScope)).toBe(true);
  expect(['', 'a/b', 'a b', 'a\r\nb', 'x'.repeat(65)].some(isIdScope)).toBe(false);
});
