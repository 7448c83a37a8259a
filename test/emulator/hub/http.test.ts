import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Requests to the hub's service side over HTTP that cannot be right: a status and an error that names the member.

let azure: Emulator;
beforeAll(async () => {
  azure = await startEmulator({ apiPort: 0, webSocketPort: false, devices: [{ deviceId: 'boiler-1' }] });
});
afterAll(() => azure.close());

const MESSAGES = '/devices/boiler-1/messages/devicebound';
const METHODS = '/twins/boiler-1/methods';
const TWIN = '/twins/boiler-1';

test.each<readonly [method: string, path: string, body: string | undefined, status: number, says: string]>([
  ['POST', MESSAGES, undefined, 400, 'request: must be an object, and is missing'],
  ['POST', MESSAGES, '[]', 400, 'request: must be an object, not an array'],
  ['POST', MESSAGES, '{}', 400, 'body: must be a text or a Uint8Array, and is missing'],
  ['POST', MESSAGES, '{"body":5}', 400, 'body: must be a text or a Uint8Array, not 5'],
  ['POST', MESSAGES, '{"body":"x","akc":"full"}', 400, 'options.akc: is not known. Did you mean "ack"?'],
  ['POST', MESSAGES, '{"body":"x","properties":{"a":1}}', 400, 'options.properties.a: must be a text or null, not 1'],
  ['POST', MESSAGES, '{"body":"x"', 400, 'JSON'],
  ['POST', MESSAGES, '['.repeat(100), 400, 'nests deeper than 64 levels'],
  ['POST', '/devices/boiler/messages/devicebound', '{"body":"x"}', 404, 'Did you mean "boiler-1"?'],
  ['DELETE', '/devices/boiler/messages/devicebound', undefined, 404, 'there is no device "boiler"'],
  ['POST', METHODS, undefined, 400, 'request: must be an object, and is missing'],
  ['POST', METHODS, '{}', 400, 'request.methodName: must be a text, and is missing'],
  ['POST', METHODS, '{"methodName":5}', 400, 'request.methodName: must be a text, not 5'],
  ['POST', METHODS, '{"methodName":"a b"}', 400, 'request.methodName: a method name has'],
  ['POST', METHODS, '{"method":"m"}', 400, 'request.method: is not known. Did you mean "methodName"?'],
  [
    'POST',
    METHODS,
    '{"methodName":"m","responseTimeoutInSeconds":"30"}',
    400,
    'request.responseTimeoutInSeconds: must be a whole number from 1 to 300, not a text',
  ],
  ['POST', METHODS, '{"methodName":"m","responseTimeoutInSeconds":0}', 400, 'not 0'],
  ['POST', METHODS, '{"methodName":"m","responseTimeoutInSeconds":301}', 400, 'not 301'],
  ['POST', METHODS, '{"methodName":"m","connectTimeoutInSeconds":5}', 404, 'boiler-1 is not connected'],
  ['POST', METHODS, '{"methodName":"m"}', 404, 'boiler-1 is not connected'],
  ['PATCH', TWIN, undefined, 400, 'request.properties.desired: must be an object, and is missing'],
  ['PATCH', TWIN, '{"desired":{}}', 400, 'request.properties.desired: must be an object, and is missing'],
  ['PATCH', TWIN, '{"properties":{"desired":5}}', 400, 'request.properties.desired: must be an object, not 5'],
  ['PATCH', TWIN, '{"properties":{"desired":{"a.b":1}}}', 400, 'holds a dot'],
  ['GET', '/twins/boiler', undefined, 404, 'Did you mean "boiler-1"?'],
  ['GET', '/devices/boiler', undefined, 404, 'there is no such device'],
  ['POST', '/devices/boiler/disable', undefined, 404, 'there is no device "boiler"'],
  ['PUT', '/devices/boiler-1', '{"deviceId":"other"}', 400, 'the body is for "other"'],
  ['PUT', '/devices/boiler-1', '{}', 400, 'deviceId'],
  ['GET', '/twins/%zz', undefined, 400, 'URI'],
  ['GET', '/twinz/boiler-1', undefined, 404, 'there is no /twinz'],
])('%s %s %s: %i', async (method, path, body, status, says) => {
  const before = JSON.stringify([azure.hub.devices, azure.hub.twin('boiler-1')]);
  const response = await fetch(`http://127.0.0.1:${azure.apiPort}${path}`, {
    method,
    ...(body !== undefined && { body }),
  });
  const answer = (await response.json()) as { errorCode: number; message: string };
  expect([response.status, Math.floor(answer.errorCode / 1000)]).toEqual([status, status]);
  expect(answer.message).toContain(says);
  expect(JSON.stringify([azure.hub.devices, azure.hub.twin('boiler-1')])).toBe(before);
});
