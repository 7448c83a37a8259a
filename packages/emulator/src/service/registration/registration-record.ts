/** How a device came to its hub: for the first time, or again, with or without its data. */
export type Substatus =
  | 'initialAssignment'
  | 'deviceDataMigrated'
  | 'deviceDataReset'
  | 'reprovisionedToInitialAssignment';

/** A registration, with the field names and the time format of the service (`DeviceRegistrationResult`). */
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
