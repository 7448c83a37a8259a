import { strict as assert } from 'node:assert';
import { provision, symmetricKey } from '@mote/client';
import { decode, encodePingreq, PINGREQ } from '@mote/codec';
import { annotate } from '@mote/codec/annotate';
import { encodePuback } from '@mote/codec/puback';
import { startEmulator } from '@mote/emulator';

assert.equal(decode(encodePingreq()).type, PINGREQ);
assert.deepEqual([...encodePuback({ packetId: 7 })], [0x40, 2, 0, 7]);
assert.equal(annotate(encodePingreq()).at(-1).end, 2);

const dps = await startEmulator({ pollsBeforeAssigned: 0 });
const enrolled = dps.enrollments.find(
  ({ kind, attestation }) => kind === 'individual' && attestation === 'symmetricKey',
);
const assignment = await provision({
  idScope: dps.idScope,
  registrationId: enrolled.registrationId,
  attestation: symmetricKey(enrolled.primaryKey),
  endpoint: `${dps.host}:${dps.port}`,
  tls: { ca: dps.ca },
  timeoutMs: 10_000,
});
assert.equal(assignment.status, 'assigned');
await dps.close();
console.log('assigned');
