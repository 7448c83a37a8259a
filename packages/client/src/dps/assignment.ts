export { isClassicProfile } from '../azure/hub-identity.ts';

/** The service's answer: the hub that the device was assigned to. */
export interface Assignment {
  /** Host name of the IoT hub. */
  readonly assignedHub: string;
  /** The device's name at the hub. May differ from the registration id. */
  readonly deviceId: string;
  readonly registrationId: string;
  /** Always this: other statuses are errors. */
  readonly status: 'assigned';
  /** `initialAssignment`, `deviceDataMigrated`, `deviceDataReset`, `reprovisionedToInitialAssignment`, or a newer word. */
  readonly substatus?: string | undefined;
  /** What the custom allocation function returned for the device. */
  readonly payload?: unknown;
  /** The certificates that were issued for `csr`: base64 DER each, the device's own first. */
  readonly issuedCertificateChain?: readonly string[] | undefined;
  /** Which protocol the hub speaks, as the service wrote it: `classic`, `mqttV5` or a newer word. Absent means `classic`. */
  readonly connectionProfile?: string | undefined;
  /** The entity tag of the registration. */
  readonly etag?: string | undefined;
  /** The service's text, unchanged: it has seven digits of a second, and Date keeps three. */
  readonly createdDateTimeUtc?: string | undefined;
  /** The service's text, unchanged. */
  readonly lastUpdatedDateTimeUtc?: string | undefined;
  /** Identifies this registration in the logs of the service. */
  readonly operationId?: string | undefined;
  /** The whole `registrationState` of the answer, with the members that this type does not name. */
  readonly raw: Readonly<Record<string, unknown>>;
}
