import type { Allocation, AllocationHook, AllocationRequest } from './options.ts';

const TIMEOUT_MS = 5000;

/** Asks the `webhookUrl` of the enrollment, in the JSON that the service posts to a function of its user. */
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
  return (await response.json()) as Allocation; // the service checks it
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
    [name]: enrollment,
    deviceRuntimeContext: {
      registrationId,
      currentIotHubHostName: assignedHub ?? null,
      ...attestation,
      ...(payload !== undefined && { payload }),
    },
    linkedHubs: iotHubs,
  };
}
