import { provision, symmetricKey } from '@mote/client';
import { startEmulator } from '@mote/emulator';
import { expect, test } from 'vitest';

test('faults can be switched on and off while the emulator runs', async () => {
  await using dps = await startEmulator({ pollsBeforeAssigned: 0, scenario: 'wrong-hub' });
  const { registrationId, primaryKey } = dps.individual('symmetricKey');
  const hub = async () => {
    const options = { idScope: dps.idScope, registrationId, attestation: symmetricKey(primaryKey) };
    return (await provision({ ...options, endpoint: `localhost:${dps.port}`, tls: { ca: dps.ca } })).assignedHub;
  };
  expect(await hub()).toBe('no-such-hub.invalid');
  dps.setScenario(undefined);
  expect(dps.scenario).toBeUndefined();
  expect(await hub()).toBe(dps.iotHubs[0]);
  dps.setScenario({ rules: [{ on: 'register', fault: { assignedHub: 'hub.example' } }] });
  expect(await hub()).toBe('hub.example');
  expect(() => dps.setScenario('no-such-scenario' as 'hostile')).toThrow(
    expect.objectContaining({ name: 'ConfigError' }),
  );
  expect(await hub()).toBe('hub.example');
});
