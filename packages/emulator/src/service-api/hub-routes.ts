import { type Check, Checked } from '../config/checks.ts';
import { ConfigError } from '../config/config-error.ts';
import { checkHubDevices, type HubDeviceIdentity, identityOf } from '../config/hub-devices.ts';
import { checkArguments, json, methodName, patch } from '../hub-api/check-arguments.ts';
import type { EmulatedHub } from '../hub-api/emulated-hub.ts';
import type { HubApi, SendMessageOptions, TelemetryMessage } from '../hub-api/hub-api.ts';
import type { TwinValues } from '../service/hub/twin.ts';
import type { ApiRequest, ApiResponse } from './api-exchange.ts';

/** The service's own limit of `responseTimeoutInSeconds`: iot-hub-devguide-direct-methods.md. */
const LONGEST_METHOD_SECONDS = 300;

/** The hub's service side over HTTP: devices, twins, methods, messages, telemetry. Undefined for a path that is not the hub's. */
export function answerHub(
  { method, path, body }: ApiRequest,
  api: EmulatedHub,
): ApiResponse | Promise<ApiResponse> | undefined {
  const [collection = '', id, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
  const route = `${method} /${collection}${id === undefined ? '' : '/{id}'}${rest.length === 0 ? '' : `/${rest.join('/')}`}`;
  switch (route) {
    case 'GET /telemetry':
      return { statusCode: 200, items: telemetryJson(api.recentTelemetry) };
    case 'GET /messages/serviceBound/feedback':
      return { statusCode: 200, items: api.recentFeedback };
    case 'GET /devices':
      return { statusCode: 200, items: api.devices };
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
      return changeTwin(api, id ?? '', body, false);
    case 'PUT /twins/{id}':
      return changeTwin(api, id ?? '', body, true);
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
  checkArguments({ request: [body, (value) => value.object()] });
  const { body: text, ...options } = body as { readonly body: string } & SendMessageOptions; // the hub checks its members
  const messageId = await api.sendMessage(id, text, options);
  return { statusCode: 201, body: { messageId } };
}

const twinJson = (api: HubApi, id: string) => {
  const { deviceId, tags, desired, reported } = api.twin(id);
  return { deviceId, ...(tags && { tags }), properties: { desired, reported } };
};

/** Desired properties and tags of the body are merged, or replace those of the twin. One of them has to be there. */
function changeTwin(api: EmulatedHub, id: string, body: unknown, replaces: boolean): ApiResponse {
  checkArguments({ request: [body, checkTwin] });
  const { properties, tags } = body as TwinBody; // checked just above
  api.changeTwin(id, { desired: properties?.desired, tags }, replaces);
  return { statusCode: 200, body: twinJson(api, id) };
}

interface TwinBody {
  readonly tags?: TwinValues;
  readonly properties?: { readonly desired?: TwinValues };
}

const checkTwin: Check = (value) => {
  const tags = value.member('tags');
  const desired = value.member('properties').member('desired');
  if (tags.value !== undefined) patch(tags);
  if (tags.value === undefined || desired.value !== undefined) patch(desired);
};

async function invoke(api: HubApi, id: string, body: unknown): Promise<ApiResponse> {
  checkArguments({ request: [body, (value) => value.members(CALL)] });
  checkArguments({ request: [body, (value) => methodName(value.member('methodName'))] });
  const { methodName: name, payload, responseTimeoutInSeconds = 30 } = body as MethodBody; // checked just above
  return { statusCode: 200, body: await api.invoke(id, name, payload, { timeoutMs: responseTimeoutInSeconds * 1000 }) };
}

interface MethodBody {
  readonly methodName: string;
  readonly payload?: unknown;
  readonly responseTimeoutInSeconds?: number;
}

/** The members of a method's call, in the service's JSON. */
const CALL: Readonly<Record<string, Check>> = {
  methodName,
  payload: json,
  responseTimeoutInSeconds: (value) => value.number(1, LONGEST_METHOD_SECONDS),
  // The device is there, or is not: nothing is waited for.
  connectTimeoutInSeconds: (value) => value.number(0, LONGEST_METHOD_SECONDS),
};

/** One at a time, when it is written: all of them at once would be 12 MB for each request. */
function* telemetryJson(messages: readonly TelemetryMessage[]): Generator<object> {
  for (const { body, ...message } of messages) yield { ...message, body: Buffer.from(body).toString('base64') };
}
