import type { EnrollmentGroup, IndividualEnrollment } from '../service/enrollment/enrollment.ts';
import type { HubDeviceIdentity } from './hub-devices.ts';

/** The content of `--config FILE`. */
export interface EmulatorConfig {
  readonly idScope?: string;
  /** Host names of the hubs linked to the service. */
  readonly iotHubs?: readonly string[];
  readonly individualEnrollments?: readonly IndividualEnrollment[];
  readonly enrollmentGroups?: readonly EnrollmentGroup[];
  /** Devices of the hub that are not made by DPS. Every linked hub knows them. */
  readonly devices?: readonly HubDeviceIdentity[] | undefined;
}
