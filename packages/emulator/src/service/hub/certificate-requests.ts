import { credentialResponseTopic, decodeBase64, encodeBase64 } from '@mote/client/azure';
import type { Fault } from '../faults/scenario.ts';
import { ownText, utf8 } from '../values/bytes.ts';
import { errorCodeOf } from '../values/error-code.ts';
import { isRecord } from '../values/record.ts';
import { serviceTime } from '../values/service-time.ts';
import { errorBody } from './error-body.ts';
import { BROKEN, readBody } from './json-body.ts';
import { type Link, notice, withCopies } from './link.ts';

/** The date of the first api-version in which a hub knows the topic. */
const SINCE = '2025-08-01';
/** Most bytes of a signing request, DER. */
const LARGEST_CSR = 8192;
/** Milliseconds until the certificates are made. Not documented. */
const ISSUING_MS = 100;
/** Milliseconds for which an accepted request is kept. Not documented. */
const OPERATION_MS = 3_600_000;
/** 4 to 36 letters, digits and hyphens, with no hyphen at an end: the form that the preview documents. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9-]{2,34}[A-Za-z0-9]$/;

/** Answers a request at once, with 202 or with a refusal. The certificates follow later. */
export function requestCertificate(
  link: Link,
  requestId: string,
  apiVersion: string,
  payload: Uint8Array,
  fault: Fault,
  now: number,
): void {
  const { connection, device } = link;
  const csr = refusalByFault(fault) ?? judge(link, requestId, apiVersion, payload, now);
  if (!(csr instanceof Uint8Array)) {
    refuse(link, requestId, csr, fault, now);
    return;
  }
  const correlationId = connection.random().guid();
  const expiresAt = now + OPERATION_MS;
  device.certificateRequest = {
    requestId: ownText(requestId),
    correlationId,
    csr,
    answeredAt: now + ISSUING_MS,
    expiresAt,
  };
  connection.emit({ type: 'certificate', requestId, change: 'requested' });
  answer(link, 202, requestId, JSON.stringify({ correlationId, operationExpires: serviceTime(expiresAt) }), now, fault);
}

interface CertificateRefusal {
  /** Error number of the service. Its first three digits are the status. */
  readonly errorCode: number;
  readonly message: string;
  readonly info?: Readonly<Record<string, unknown>>;
}

function refusalByFault({ statusCode, errorCode, message }: Fault): CertificateRefusal | undefined {
  if (statusCode === undefined || statusCode < 400) return undefined;
  return {
    errorCode: errorCode ?? errorCodeOf(statusCode),
    message: message ?? 'the scenario says so',
  };
}

/** The signing request, if it is acceptable. */
function judge(
  { device, identity }: Link,
  requestId: string,
  apiVersion: string,
  payload: Uint8Array,
  now: number,
): Uint8Array | CertificateRefusal {
  if (apiVersion.slice(0, 10) < SINCE) {
    const given = apiVersion === '' ? 'a user name without api-version' : `api-version ${apiVersion}`;
    return { errorCode: 400_004, message: `${given} has no certificates; 2025-08-01-preview has` };
  }
  if (!REQUEST_ID.test(requestId)) {
    const message = '$rid has 4 to 36 letters, digits and hyphens, with no hyphen at its ends';
    return { errorCode: 400_004, message };
  }
  const body = readBody(payload);
  if (body === BROKEN || body === undefined) return { errorCode: 400_006, message: 'the body is not JSON' };
  const fields = readFields(body, identity.deviceId);
  if (typeof fields === 'string') return { errorCode: 400_004, message: fields };
  const { csr, replace } = fields;
  const active = device.certificateRequest;
  if (active === undefined || active.expiresAt <= now) {
    const isKnown = replace === undefined || replace === '*';
    return isKnown ? csr : { errorCode: 412_001, message: 'there is no request to be replaced' };
  }
  if (replace === '*' || replace === active.requestId) return csr;
  const info = { requestId: active.requestId, operationExpires: serviceTime(active.expiresAt) };
  return replace === undefined
    ? { errorCode: 409_004, message: 'a request is active; replace it or wait', info }
    : { errorCode: 409_005, message: 'another request than the one to be replaced is active', info };
}

/** Sends the certificates of a request that is due. The device must have subscribed to the answers. */
export function sendCertificate(link: Link, now: number): void {
  const { connection, device, hub } = link;
  const request = device.certificateRequest;
  if (request === undefined || now < request.answeredAt || link.granted('credentials') === undefined) return;
  device.certificateRequest = undefined;
  const { requestId, correlationId } = request;
  const certificates = hub.issueCertificate(device, request.csr);
  const fault = connection.pick('certificate');
  if (typeof certificates === 'string') {
    refuse(link, requestId, { errorCode: 400_037, message: certificates }, fault, now);
    return;
  }
  connection.emit({ type: 'certificate', requestId, change: 'issued' });
  const body = JSON.stringify({ correlationId, certificates: certificates.map(encodeBase64) });
  answer(link, 200, requestId, body, now, fault);
}

function refuse(
  link: Link,
  requestId: string,
  { errorCode, message, info }: CertificateRefusal,
  fault: Fault,
  now: number,
): void {
  const { connection } = link;
  const statusCode = Math.floor(errorCode / 1000);
  connection.emit({ type: 'refused', stage: 'certificate', reason: message, statusCode, errorCode });
  const body = errorBody(statusCode, message, connection.random().guid(), now, errorCode, info);
  answer(link, statusCode, requestId, body, now, fault);
}

function answer(link: Link, status: number, requestId: string, body: string, now: number, fault: Fault): void {
  const { connection } = link;
  const qos = link.granted('credentials');
  if (qos === undefined) {
    connection.emit({
      type: 'warning',
      reason: 'no answer: the device has not subscribed to $iothub/credentials/res/#',
    });
    return;
  }
  const topicName = credentialResponseTopic(status, fault.requestId ?? requestId);
  const packet = notice(link, topicName, utf8(fault.body ?? body), qos);
  connection.send(withCopies(packet, fault.duplicate), now, fault);
}

interface Fields {
  readonly csr: Uint8Array;
  /** `*`, or the id of the request that this one replaces. */
  readonly replace: string | undefined;
}

function readFields(body: unknown, deviceId: string): Fields | string {
  if (!isRecord(body)) return 'the body is not a JSON object';
  const { id, csr, replace, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined) return `there is no field "${other}"`;
  if (id !== deviceId) return `id is not "${deviceId}"`;
  const der = typeof csr === 'string' ? decodeBase64(csr) : undefined;
  if (der === undefined || der.length === 0) return 'csr is not the base64 of a signing request';
  if (der.length > LARGEST_CSR) return `csr has ${der.length} bytes; ${LARGEST_CSR} are allowed`;
  if (replace !== undefined && replace !== null && typeof replace !== 'string')
    return 'replace is neither "*" nor a request id';
  return { csr: der, replace: replace ?? undefined };
}
