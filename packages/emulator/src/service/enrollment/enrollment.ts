// Enrollments in the service's own JSON (Service REST API 2021-10-01), as far as the emulator uses it. Unknown members are kept.

export type ProvisioningStatus = 'enabled' | 'disabled';
export type AllocationPolicy = 'hashed' | 'static' | 'geoLatency' | 'custom';

export interface SymmetricKeys {
  /** Base64 of 16 to 64 bytes. Made at start when it is missing, as the service does. */
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
}

export interface EnrolledCertificate {
  /** PEM, or base64 of DER. */
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
      /** When missing, the emulator makes a certificate (individual) or uses its own device CA (group). */
      readonly x509?: {
        readonly clientCertificates?: CertificatePair | null;
        readonly signingCertificates?: CertificatePair | null;
        /** Names of CA certificates that are stored in a DPS instance. The emulator uses its own device CA in their place. */
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
  /** Host names of hubs. Default: the `iotHubs` of the service. */
  readonly iotHubs?: readonly string[] | null;
  /** One hub, in the older form. */
  readonly iotHubHostName?: string | null;
  /** The Azure CLI's words are accepted, too: `reprovisionandmigratedata`, `reprovisionandresetdata`, `never`. */
  readonly reprovisionPolicy?: ReprovisionPolicy | string | null;
  readonly customAllocationDefinition?: { readonly webhookUrl: string; readonly apiVersion?: string } | null;
  readonly [member: string]: unknown;
}

export interface IndividualEnrollment extends EnrollmentBase {
  readonly registrationId: string;
  /** The device id. Default: the registration id. */
  readonly deviceId?: string | null;
}

export interface EnrollmentGroup extends EnrollmentBase {
  readonly enrollmentGroupId: string;
}

export type Enrollment = IndividualEnrollment | EnrollmentGroup;
