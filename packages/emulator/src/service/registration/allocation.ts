import type { EnrollmentGroup, IndividualEnrollment } from '../enrollment/enrollment.ts';
import type { EnrollmentEntry } from '../enrollment/enrollment-index.ts';
import { findJsonFault } from '../values/bounded-json.ts';
import { messageOf } from '../values/message-of.ts';
import { hashText } from '../values/random.ts';
import { ownMember } from '../values/record.ts';

/** The device for which an allocation hook chooses a hub. */
export interface AllocationRequest {
  readonly registrationId: string;
  /** The custom payload of the register request. */
  readonly payload: unknown;
  /** The enrollment of the device. */
  readonly enrollment: IndividualEnrollment | EnrollmentGroup;
  /** Host names of the hubs that it may be assigned to. */
  readonly iotHubs: readonly string[];
  /** The device's present hub. */
  readonly assignedHub: string | undefined;
}

/** The hub that an allocation hook has chosen. */
export interface Allocation {
  readonly iotHubHostName: string;
  /** Returned to the device as `payload`. */
  readonly payload?: unknown | undefined;
}

/** A custom allocation. If it throws or returns nothing, the registration ends with status `failed`. */
export type AllocationHook = (request: AllocationRequest) => Allocation | undefined | Promise<Allocation | undefined>;

/** Settings that the choice of a hub depends on. */
export interface AllocationRules {
  readonly hook: AllocationHook;
  /** Milliseconds to each hub. */
  readonly geoLatency: Readonly<Record<string, number>>;
}

/** Why no hub was chosen, in the terms of the service. The registration ends with status `failed`. */
export interface AllocationFailure {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** The chosen hub, or the failure. */
export type AllocationOutcome = Allocation | AllocationFailure;

/** Whether no hub was chosen. */
export const isAllocationFailure = (outcome: AllocationOutcome): outcome is AllocationFailure => 'errorCode' in outcome;

/** Chooses a hub by the enrollment's policy. A custom hook may return a promise. */
export function allocate(
  entry: EnrollmentEntry,
  request: AllocationRequest,
  rules: AllocationRules,
): AllocationOutcome | Promise<AllocationOutcome> {
  const { iotHubs } = request;
  switch (entry.allocationPolicy) {
    case 'custom':
      return allocateByHook(request, rules.hook);
    case 'static':
      return toHub(iotHubs[0]);
    case 'geoLatency':
      return toHub([...iotHubs].sort((a, b) => latency(a, rules) - latency(b, rules))[0]);
    case 'hashed':
      return toHub(iotHubs[hashText(request.registrationId.toLowerCase()) % iotHubs.length]);
  }
}

function allocateByHook(
  request: AllocationRequest,
  hook: AllocationHook,
): AllocationOutcome | Promise<AllocationOutcome> {
  try {
    const answer = hook(request);
    // A promise of another library or realm is no instance of Promise.
    if (typeof (answer as Partial<PromiseLike<unknown>> | undefined)?.then !== 'function')
      return checkAnswer(answer as Allocation);
    return Promise.resolve(answer).then(checkAnswer, (error: unknown) => customFailure(messageOf(error)));
  } catch (error) {
    return customFailure(messageOf(error));
  }
}

/** Most characters of a host name [RFC 1035 2.3.4]. */
const LONGEST_HUB_NAME = 255;

/** Checks the result of a hook, which may come from any web service. */
function checkAnswer(answer: Allocation | undefined): AllocationOutcome {
  if (typeof answer?.iotHubHostName !== 'string' || answer.iotHubHostName === '') {
    return customFailure('the hook named no iotHubHostName');
  }
  const { iotHubHostName, payload } = answer;
  if (iotHubHostName.length > LONGEST_HUB_NAME) return customFailure('the hook named a hub of over 255 characters');
  const fault = findJsonFault(payload);
  if (fault !== undefined) return customFailure(`the payload of the hook cannot be sent: it ${fault}`);
  return payload === undefined ? { iotHubHostName } : { iotHubHostName, payload };
}

const toHub = (iotHubHostName: string | undefined): AllocationOutcome =>
  iotHubHostName === undefined
    ? { errorCode: 400208, errorMessage: 'No IoT hub is linked to the enrollment.' }
    : { iotHubHostName };

const customFailure = (reason: string): AllocationFailure => ({
  errorCode: 400207,
  errorMessage: `Custom allocation failed: ${reason}`,
});

const latency = (hub: string, { geoLatency }: AllocationRules): number =>
  ownMember(geoLatency, hub) ?? Number.POSITIVE_INFINITY;
