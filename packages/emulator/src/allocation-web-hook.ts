import type { Allocation, AllocationHook, AllocationRequest } from './options.ts';
import { parseJson } from './service/values/bounded-json.ts';

/** Milliseconds for the whole answer. The emulator's own limit: without it a registration could stay `assigning` without end. */
const TIMEOUT_MS = 5000;
/** Most bytes of an answer. The service documents no limit; an answer holds a host name and a `payload` for one register answer. */
const LARGEST_ANSWER = 262_144;

/** Posts to the `webhookUrl` of the enrollment the JSON that the service posts to a custom allocation function. */
export const askWebHook: AllocationHook = async (request) => {
  const definition = request.enrollment.customAllocationDefinition;
  if (definition == null) throw new Error('the enrollment has no customAllocationDefinition and the emulator no hook');
  const response = await fetch(definition.webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(request)),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`status code ${response.status} from ${definition.webhookUrl}`);
  return parseJson(await textOf(response)) as Allocation; // the service checks it
};

function bodyOf({
  registrationId,
  payload,
  enrollment,
  iotHubs,
  assignedHub,
}: AllocationRequest): Record<string, unknown> {
  const name = 'registrationId' in enrollment ? 'individualEnrollment' : 'enrollmentGroup';
  const attestation = enrollment.attestation.type === 'x509' ? { x509: {} } : { symmetricKey: {} };
  return {
    [name]: withoutKeys(enrollment),
    deviceRuntimeContext: {
      registrationId,
      currentIotHubHostName: assignedHub ?? null,
      ...attestation,
      ...(payload !== undefined && { payload }),
    },
    linkedHubs: iotHubs,
  };
}

/** Tells the function how the device attests, but no key: the enrollment names the URL, which may be unencrypted HTTP. */
function withoutKeys(enrollment: AllocationRequest['enrollment']): Record<string, unknown> {
  const { attestation } = enrollment;
  return attestation.type === 'symmetricKey' ? { ...enrollment, attestation: { type: 'symmetricKey' } } : enrollment;
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) throw new Error(`the answer is larger than ${LARGEST_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
