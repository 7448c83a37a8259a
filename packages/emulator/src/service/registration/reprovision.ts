import type { ReprovisionPolicy } from '../enrollment/enrollment.ts';
import type { RegistrationRecord, Substatus } from './registration-record.ts';

/** The hub of a device, and how it came to it. */
export interface Placement {
  readonly assignedHub: string;
  readonly substatus: Substatus;
}

/** The hub of a device that registers again, and what happens to its data. */
export function reprovision(
  previous: RegistrationRecord | undefined,
  firstHub: string | undefined,
  chosenHub: string,
  policy: ReprovisionPolicy,
): Placement {
  if (previous === undefined) return { assignedHub: chosenHub, substatus: 'initialAssignment' };
  const stays = !policy.updateHubAssignment || chosenHub === previous.assignedHub;
  if (stays) return { assignedHub: previous.assignedHub, substatus: previous.substatus };
  if (chosenHub === firstHub) return { assignedHub: chosenHub, substatus: 'reprovisionedToInitialAssignment' };
  return { assignedHub: chosenHub, substatus: policy.migrateDeviceData ? 'deviceDataMigrated' : 'deviceDataReset' };
}
