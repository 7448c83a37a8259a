import { Checked } from '../config/checks.ts';
import { ConfigError } from '../config/config-error.ts';
import { checkHubDevices, type HubDeviceIdentity, identityOf } from '../config/hub-devices.ts';
import type { EmulatedHub } from '../hub-api/emulated-hub.ts';
import type { HubApi, SendMessageOptions, TelemetryMessage } from '../hub-api/hub-api.ts';
import { HubServiceError } from '../service/hub/hub-error.ts';
import { isRecord } from '../service/values/record.ts';
import type { ApiRequest, ApiResponse } from './api-exchange.ts';

const LONGEST_METHOD_SECONDS = 300;

/** The hub's service side over HTTP: devices, twins, methods, messages, telemetry. Undefined for a path of somebody else. */
export function answerHub(
  { method, path, body }: ApiRequest,
  api: EmulatedHub,
): ApiResponse | Promise<ApiResponse> | undefined {
  const [collection = '', id, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
  const route = `${method} /${collection}${id === undefined ? '' : '/{id}'}${rest.length === 0 ? '' : `/${rest.join('/')}`}`;
  switch (route) {
    case 'GET /telemetry':
      return { statusCode: 200, body: api.recentTelemetry.map(telemetryJson) };
    case 'GET /messages/serviceBound/feedback':
      return { statusCode: 200, body: api.recentFeedback };
    case 'GET /devices':
      return { statusCode: 200, body: api.devices };
    case 'GET /devices/{id}':
      return found(api.devices.find((device) => device.id === id));
    case 'PUT /devices/{id}':
      return putDevice(api, id ?? '', body);
    case 'DELETE /devices/{id}':
      return api.removeDevice(id ?? '') ? { statusCode: 204 } : found(undefined);
    case 'POST /devices/{id}/disconnect':
      return { statusCode: 200, body: { disconnected: api.disconnect(id ?? '') } };
    case 'POST /devices/{id}/disable':
      api.disable(id ?? '');
      return { statusCode: 204 };
    case 'POST /devices/{id}/enable':
      api.enable(id ?? '');
      return { statusCode: 204 };
    case 'DELETE /devices/{id}/messages/devicebound':
      return { statusCode: 200, body: { purged: api.purgeMessages(id ?? '') } };
    case 'POST /devices/{id}/messages/devicebound':
      return sendMessage(api, id ?? '', body);
    case 'GET /twins/{id}':
      return { statusCode: 200, body: twinJson(api, id ?? '') };
    case 'PATCH /twins/{id}':
      return patchTwin(api, id ?? '', body);
    case 'POST /twins/{id}/methods':
      return invoke(api, id ?? '', body);
  }
  return undefined;
}

const found = (body: unknown): ApiResponse =>
  body === undefined
    ? { statusCode: 404, body: { errorCode: 404_001, message: 'there is no such device' } }
    : { statusCode: 200, body };

function putDevice(api: EmulatedHub, id: string, body: unknown): ApiResponse {
  const list = new Checked([body], 'device', []);
  checkHubDevices(list);
  if (list.problems.length > 0) throw new ConfigError(list.problems);
  const identity = body as HubDeviceIdentity; // checked just above
  if (identityOf(identity) !== id) {
    return { statusCode: 400, body: { errorCode: 400_004, message: `the body is for "${identityOf(identity)}"` } };
  }
  const { primaryKey, secondaryKey } = api.putDevice(identity);
  const authentication = primaryKey === undefined ? {} : { symmetricKey: { primaryKey, secondaryKey } };
  return { statusCode: 200, body: { ...identity, authentication: { ...identity.authentication, ...authentication } } };
}

async function sendMessage(api: HubApi, id: string, body: unknown): Promise<ApiResponse> {
  const { body: text, ...options } = record(body);
  if (typeof text !== 'string') throw new HubServiceError(400_004, 'body: a text is needed');
  const messageId = await api.sendMessage(id, text, options as SendMessageOptions);
  return { statusCode: 201, body: { messageId } };
}

const twinJson = (api: HubApi, id: string) => {
  const { deviceId, desired, reported } = api.twin(id);
  return { deviceId, properties: { desired, reported } };
};

async function patchTwin(api: HubApi, id: string, body: unknown): Promise<ApiResponse> {
  const { desired } = record(record(body)['properties']);
  await api.setDesired(id, record(desired));
  return { statusCode: 200, body: twinJson(api, id) };
}

async function invoke(api: HubApi, id: string, body: unknown): Promise<ApiResponse> {
  const { methodName, payload, responseTimeoutInSeconds = 30 } = record(body);
  const seconds = Number(responseTimeoutInSeconds);
  if (!(seconds > 0 && seconds <= LONGEST_METHOD_SECONDS)) {
    throw new HubServiceError(400_004, `responseTimeoutInSeconds: up to ${LONGEST_METHOD_SECONDS}`);
  }
  return { statusCode: 200, body: await api.invoke(id, String(methodName), payload, { timeoutMs: seconds * 1000 }) };
}

function record(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new HubServiceError(400_004, 'an object is needed');
  return value;
}

const telemetryJson = ({ body, ...message }: TelemetryMessage) => ({
  ...message,
  body: Buffer.from(body).toString('base64'),
});
