// Saves one registration more each time, and says on stdout how many are safe; to be killed at any moment.
import { writeSync } from 'node:fs';
import { StateFile } from '../../../packages/emulator/dist/state-file.js';

const file = new StateFile(process.argv[2]);
const registrations = [...(file.load()?.registrations ?? [])];
writeSync(1, `${registrations.length}\n`);
for (;;) {
  const registrationId = `device-${registrations.length}`;
  registrations.push({ record: { registrationId, filling: 'x'.repeat(500) }, initialHub: 'hub' });
  file.save(registrations);
  writeSync(1, `${registrations.length}\n`);
}
