// The service's own JSON (Service REST API 2021-10-01), as far as the emulator acts on it. Members it does not know are kept.

export type ProvisioningStatus = 'enabled' | 'disabled';
export type AllocationPolicy = 'hashed' | 'static' | 'geoLatency' | 'custom';

export interface SymmetricKeys {
  /** Base64 of 16 to 64 bytes. Made at start when left out, as the service does. */
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
}

export interface EnrolledCertificate {
  /** PEM, or base64 of the DER. */
  readonly certificate?: string | null;
  /**
   * What the service returns instead of the certificate. A thumbprint is enough for an individual enrollment, and for
   * a group whose devices send this CA in their chain.
   */
  readonly info?: { readonly sha1Thumbprint?: string; readonly sha256Thumbprint?: string };
}

export interface CertificatePair {
  readonly primary?: EnrolledCertificate | null;
  readonly secondary?: EnrolledCertificate | null;
}

export type Attestation =
  | { readonly type: 'symmetricKey'; readonly symmetricKey?: SymmetricKeys | null }
  | {
      readonly type: 'x509';
      /** Left out: the emulator makes a certificate (individual) or takes its own device CA (group). */
      readonly x509?: {
        readonly clientCertificates?: CertificatePair | null;
        readonly signingCertificates?: CertificatePair | null;
        /** Names of CA certificates that a DPS instance holds. The emulator's own device CA stands in for them. */
        readonly caReferences?: { readonly primary?: string | null; readonly secondary?: string | null } | null;
      };
    };

export interface ReprovisionPolicy {
  readonly updateHubAssignment: boolean;
  readonly migrateDeviceData: boolean;
}

interface EnrollmentBase {
  readonly attestation: Attestation;
  readonly provisioningStatus?: ProvisioningStatus | null;
  readonly allocationPolicy?: AllocationPolicy | null;
  /** Host names; the service's `iotHubs` when left out. */
  readonly iotHubs?: readonly string[] | null;
  /** The older way to name one hub. */
  readonly iotHubHostName?: string | null;
  /** Or one of the words of the Azure CLI: `reprovisionandmigratedata`, `reprovisionandresetdata`, `never`. */
  readonly reprovisionPolicy?: ReprovisionPolicy | string | null;
  readonly customAllocationDefinition?: { readonly webhookUrl: string; readonly apiVersion?: string } | null;
  readonly [member: string]: unknown;
}

export interface IndividualEnrollment extends EnrollmentBase {
  readonly registrationId: string;
  /** Overrides the device id, which is the registration id otherwise. */
  readonly deviceId?: string | null;
}

export interface EnrollmentGroup extends EnrollmentBase {
  readonly enrollmentGroupId: string;
}

export type Enrollment = IndividualEnrollment | EnrollmentGroup;
