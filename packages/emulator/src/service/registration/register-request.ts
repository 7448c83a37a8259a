import { decodeBase64 } from '@mote/client/azure';
import { decodeUtf8 } from '@mote/codec';
import { type Refusal, refusal } from '../enrollment/refusal.ts';
import { parseJson } from '../values/bounded-json.ts';
import { isRecord } from '../values/record.ts';

/** The body of a register request (DeviceRegistration). */
export interface RegisterRequest {
  readonly payload: unknown;
  /** PKCS #10, DER. */
  readonly csr: Uint8Array | undefined;
}

/** The date of the first api-version that knows `csr`. A later version is compared by its date, too. */
const CSR_SINCE = '2025-07-01';

/** Reads the body of a register request. The C# SDK sends none, Python sends `"payload": null`. */
export function parseRegisterRequest(
  body: Uint8Array,
  registrationId: string,
  apiVersion: string,
): RegisterRequest | Refusal {
  if (body.length === 0) return { payload: undefined, csr: undefined };
  const value = parseBody(body);
  if (value === undefined) return notJson('the body is not JSON in UTF-8');
  if (!isRecord(value)) return badRequest('the body is not a JSON object');
  const { registrationId: claimed, payload, tpm, csr } = value;
  if (claimed !== undefined && String(claimed).toLowerCase() !== registrationId.toLowerCase()) {
    return badRequest('registrationId of the body is not the one of the user name');
  }
  if (tpm !== undefined && tpm !== null) return badRequest('TPM attestation is not offered over MQTT');
  if (payload !== undefined && payload !== null && !isRecord(payload))
    return badRequest('payload is not a JSON object');
  if (csr === undefined || csr === null || apiVersion.slice(0, 10) < CSR_SINCE)
    return { payload: payload ?? undefined, csr: undefined };
  const der = typeof csr === 'string' ? decodeBase64(csr) : undefined;
  return der === undefined
    ? badRequest('csr is not the base64 of a signing request')
    : { payload: payload ?? undefined, csr: der };
}

/** The refusal of a request that is JSON but says something that cannot be. */
export const badRequest = (reason: string): Refusal => refusal(400, 400004, 'Bad request', reason);

/** The refusal of a body that is not JSON, with the number and the text that two users of the service have reported. */
const notJson = (reason: string): Refusal => refusal(400, 400012, 'Deserialization error.', reason);

function parseBody(body: Uint8Array): unknown {
  try {
    return parseJson(decodeUtf8(body)?.replace(/^\ufeff/, '') ?? '');
  } catch {
    return undefined;
  }
}
