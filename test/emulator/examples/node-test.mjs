// How a device's own tests use the emulator, with node:test: `node --test node-test.mjs`. docs/emulator.md points here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { provision, symmetricKey } from '@mote/client';
import { startEmulator } from '@mote/emulator';

test('a throttled device gets through', async (context) => {
  const busy = { rules: [{ on: 'register', times: 1, fault: { statusCode: 429, retryAfter: 1 } }] };
  const dps = await startEmulator({ scenario: busy, seed: 1, pollsBeforeAssigned: 0 });
  context.after(() => dps.close());
  const { registrationId, primaryKey } = dps.enrollments.find(
    ({ attestation, kind }) => kind === 'individual' && attestation === 'symmetricKey',
  );

  const retries = [];
  const assignment = await provision({
    idScope: dps.idScope,
    registrationId,
    attestation: symmetricKey(primaryKey),
    endpoint: `localhost:${dps.port}`,
    tls: { ca: dps.ca },
    onProgress: (event) => event.type === 'retrying' && retries.push(event.cause.code),
  });

  assert.equal(assignment.assignedHub, dps.iotHubs[0]);
  assert.deepEqual(retries, ['throttled']);
});
