import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const counts = { passed: 0, failed: 0 };

for (const name of ['codec', 'client', 'emulator']) {
  const folder = new URL(`packages/${name}/src/`, root);
  for (const file of readdirSync(folder, { recursive: true }).filter((each) => each.endsWith('.ts'))) {
    await check(`packages/${name}/src/${file} is loaded`, () => import(new URL(file, folder).href));
  }
}

await check('nothing of it was built', () => {
  assert.match(import.meta.resolve('@mote/codec'), /packages\/codec\/src\/index\.ts$/);
  assert.match(import.meta.resolve('@mote/client'), /packages\/client\/src\/index\.ts$/);
});

const { DecodeError, decode, encodePacket, Framer, decodePacket } = await import('@mote/codec');
const vectors = (name) => JSON.parse(readFileSync(new URL(`test/vectors/${name}.json`, root), 'utf8')).entries;
for (const { name, hex } of vectors('valid').filter((each) => each.hex !== undefined)) {
  const bytes = Buffer.from(hex, 'hex');
  await check(`${name} is read and written`, () => assert.deepEqual(Buffer.from(encodePacket(decode(bytes))), bytes));
}
for (const { name, hex, expected, also_ok: alsoOk } of vectors('malformed').filter((each) => each.hex !== undefined)) {
  await check(`${name}: ${expected}`, () => assert.ok([expected, alsoOk].includes(verdictOn(Buffer.from(hex, 'hex')))));
}

await check('a device is provisioned over TLS', async () => {
  const { provision, symmetricKey } = await import('@mote/client');
  const { startEmulator } = await import('@mote/emulator');
  const primaryKey = Buffer.alloc(32, 7).toString('base64');
  const emulator = await startEmulator({
    port: 0,
    webSocketPort: 0,
    iotHubs: ['hub.example'],
    individualEnrollments: [
      {
        registrationId: 'from-source',
        attestation: { type: 'symmetricKey', symmetricKey: { primaryKey, secondaryKey: primaryKey } },
      },
    ],
  });
  try {
    const assignment = await provision({
      idScope: emulator.idScope,
      registrationId: 'from-source',
      attestation: symmetricKey(primaryKey),
      endpoint: `localhost:${emulator.port}`,
      tls: { ca: emulator.ca },
    });
    assert.equal(assignment.assignedHub, 'hub.example');
  } finally {
    await emulator.close();
  }
});

console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function check(title, run) {
  try {
    await run();
    counts.passed++;
  } catch (error) {
    counts.failed++;
    console.log(`FAILED  ${title}\n${error.stack ?? error}`);
  }
}

function verdictOn(bytes) {
  const framer = new Framer({ maxPacketSize: 268_435_460 });
  framer.push(bytes);
  try {
    const frame = framer.next();
    if (frame === undefined) return 'incomplete';
    decodePacket(frame);
    return 'accept';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return 'reject';
  }
}
