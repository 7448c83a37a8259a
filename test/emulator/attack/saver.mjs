// Saves one registration more each time, and says on stdout how many are safe; to be killed at any moment.
import { writeSync } from 'node:fs';
import { StateFile } from '../../../packages/emulator/dist/state-file.js';

const file = new StateFile(process.argv[2]);
const registrations = [...(file.load()?.registrations ?? [])];
writeSync(1, `${registrations.length}\n`);
// Everything that an emulator writes of one: it refuses a record that lacks something.
const assigned = {
  createdDateTimeUtc: '2026-01-01T00:00:00.0000000Z',
  assignedHub: 'hub.azure-devices.net',
  status: 'assigned',
  substatus: 'initialAssignment',
  lastUpdatedDateTimeUtc: '2026-01-01T00:00:00.0000000Z',
  etag: 'IjEi',
  enrollmentGroupId: 'plant',
};
for (;;) {
  const registrationId = `device-${registrations.length}`;
  const record = { ...assigned, registrationId, deviceId: registrationId, payload: { filling: 'x'.repeat(500) } };
  registrations.push({ record, initialHub: assigned.assignedHub });
  file.save(registrations);
  writeSync(1, `${registrations.length}\n`);
}
