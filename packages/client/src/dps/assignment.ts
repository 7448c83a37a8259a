export { isClassicProfile } from '../azure/hub-identity.ts';

/** The service's answer to a device that has been given a hub. */
export interface Assignment {
  /** Host name of the IoT hub. */
  readonly assignedHub: string;
  /** May differ from the registration id. */
  readonly deviceId: string;
  readonly registrationId: string;
  readonly status: 'assigned';
  /** `initialAssignment`, `deviceDataMigrated`, `deviceDataReset`, `reprovisionedToInitialAssignment`, or newer. */
  readonly substatus?: string | undefined;
  /** From a custom allocation function. */
  readonly payload?: unknown;
  /** Answer to `csr`: base64 DER, leaf first. */
  readonly issuedCertificateChain?: readonly string[] | undefined;
  /** What the hub speaks, as the service wrote it: `classic`, `mqttV5` or newer. Absent means `classic`. */
  readonly connectionProfile?: string | undefined;
  readonly etag?: string | undefined;
  /** As the service wrote it: seven fractional digits, four more than Date keeps. */
  readonly createdDateTimeUtc?: string | undefined;
  readonly lastUpdatedDateTimeUtc?: string | undefined;
  readonly operationId?: string | undefined;
  /** The whole registrationState, with the fields this type does not name. */
  readonly raw: Readonly<Record<string, unknown>>;
}
