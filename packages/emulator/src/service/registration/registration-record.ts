export type Substatus =
  | 'initialAssignment'
  | 'deviceDataMigrated'
  | 'deviceDataReset'
  | 'reprovisionedToInitialAssignment';

/** A `DeviceRegistrationResult` with the service's own field names and time format. */
export interface RegistrationRecord {
  readonly registrationId: string;
  /** ISO 8601 with seven fractional digits. */
  readonly createdDateTimeUtc: string;
  readonly assignedHub: string;
  readonly deviceId: string;
  readonly status: 'assigned';
  readonly substatus: Substatus;
  readonly lastUpdatedDateTimeUtc: string;
  readonly etag: string;
  readonly payload?: unknown;
  readonly enrollmentGroupId?: string;
}
