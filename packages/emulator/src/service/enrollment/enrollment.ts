// Enrollments in the service's own JSON (Service REST API 2021-10-01), as far as the emulator uses it. Unknown members are kept.

/** A disabled enrollment lets no device in. */
export type ProvisioningStatus = 'enabled' | 'disabled';
/** How the service chooses among the linked hubs. */
export type AllocationPolicy = 'hashed' | 'static' | 'geoLatency' | 'custom';

/** The keys of an enrollment. Either of them lets a device in. */
export interface SymmetricKeys {
  /** Base64 of 16 to 64 bytes. Made at start when it is missing, as the service does. */
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
}

/** A certificate of an enrollment. */
export interface EnrolledCertificate {
  /** PEM, or base64 of DER. */
  readonly certificate?: string | null;
  /**
   * What the service returns instead of the certificate. A thumbprint is enough for an individual enrollment, and for
   * a group whose devices send this CA in their chain.
   */
  readonly info?: { readonly sha1Thumbprint?: string; readonly sha256Thumbprint?: string };
}

/** Two certificates, either of which lets a device in: the second is there while the first is replaced. */
export interface CertificatePair {
  readonly primary?: EnrolledCertificate | null;
  readonly secondary?: EnrolledCertificate | null;
}

/** How devices of an enrollment show who they are, in the field names of the service. */
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

/** What happens when a device that has a hub registers again. */
export interface ReprovisionPolicy {
  /** False: the device keeps its hub, whatever the allocation policy chooses. */
  readonly updateHubAssignment: boolean;
  /** At another hub: whether the twin moves with the device, or begins anew. */
  readonly migrateDeviceData: boolean;
}

/**
 * The state in which the twin of a device begins, when it is assigned to a hub for the first time. `$version` and `$metadata` are ignored.
 */
export interface InitialTwin {
  /** Up to 8 KB. A device does not see them. */
  readonly tags?: Readonly<Record<string, unknown>> | null | undefined;
  readonly properties?:
    | { readonly desired?: Readonly<Record<string, unknown>> | null | undefined; readonly [member: string]: unknown }
    | null
    | undefined;
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
  readonly initialTwin?: InitialTwin | null;
  readonly customAllocationDefinition?: { readonly webhookUrl: string; readonly apiVersion?: string } | null;
  readonly [member: string]: unknown;
}

/** The enrollment of one device, in the field names of the service. Members that are not known are kept. */
export interface IndividualEnrollment extends EnrollmentBase {
  readonly registrationId: string;
  /** The device id. Default: the registration id. */
  readonly deviceId?: string | null;
}

/** The enrollment of all devices that have a key or certificate of one issuer. Members that are not known are kept. */
export interface EnrollmentGroup extends EnrollmentBase {
  readonly enrollmentGroupId: string;
}

/** An enrollment of either kind. */
export type Enrollment = IndividualEnrollment | EnrollmentGroup;
