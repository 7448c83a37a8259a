import type {
  AllocationPolicy,
  Attestation,
  Enrollment,
  ProvisioningStatus,
  ReprovisionPolicy,
} from '../service/enrollment/enrollment.ts';

/** How a device may show who it is. TPM is not in it: the service offers it over AMQP and HTTP only. */
export const ATTESTATIONS: readonly Attestation['type'][] = ['symmetricKey', 'x509'];
/** The values of `provisioningStatus`. */
export const STATUSES: readonly ProvisioningStatus[] = ['enabled', 'disabled'];
/** The values of `allocationPolicy`. */
export const ALLOCATION_POLICIES: readonly AllocationPolicy[] = ['hashed', 'static', 'geoLatency', 'custom'];

/** The words that `az iot dps enrollment create --reprovision-policy` takes for a policy. */
export const REPROVISION_POLICIES: Readonly<Record<string, ReprovisionPolicy>> = {
  reprovisionandmigratedata: { updateHubAssignment: true, migrateDeviceData: true },
  reprovisionandresetdata: { updateHubAssignment: true, migrateDeviceData: false },
  never: { updateHubAssignment: false, migrateDeviceData: false },
};

/** Spells the enumerations of a checked enrollment as the service's documents do. Tools write `Hashed` and `geolatency`. */
export function canonicalEnrollment(enrollment: Enrollment): Enrollment {
  const { attestation, provisioningStatus, allocationPolicy, reprovisionPolicy } = enrollment;
  return {
    ...enrollment,
    attestation: { ...attestation, type: spelled(attestation.type, ATTESTATIONS) } as Attestation,
    ...(provisioningStatus != null && { provisioningStatus: spelled(provisioningStatus, STATUSES) }),
    ...(allocationPolicy != null && { allocationPolicy: spelled(allocationPolicy, ALLOCATION_POLICIES) }),
    ...(typeof reprovisionPolicy === 'string' && { reprovisionPolicy: policyNamed(reprovisionPolicy) }),
  };
}

const policyNamed = (name: string): ReprovisionPolicy | null => {
  const word = name.toLowerCase();
  return (Object.hasOwn(REPROVISION_POLICIES, word) ? REPROVISION_POLICIES[word] : undefined) ?? null;
};

function spelled<T extends string>(given: T, known: readonly T[]): T {
  return known.find((word) => word.toLowerCase() === given.toLowerCase()) ?? given;
}
