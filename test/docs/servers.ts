import { mkdirSync } from 'node:fs';
import { deriveDeviceKey, provision, symmetricKey } from '@mote/client';
import { answer, LoopbackServer, message } from '../client/mqtt/server.ts';
import { CACHE, type Stand } from './redirected-client.ts';
import { startDocumentedService } from './service.ts';

// The servers that `redirected-client.ts` leads to. They are in a file of their own, since the replacement of a module must not import it.

/** Starts the servers, and makes the folder for files that the code writes: a test may be the first one in a new clone. */
export async function start(stand: Stand): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  stand.service = await startDocumentedService();
  stand.broker = await LoopbackServer.listen(greet);
  // A hub knows a device once it is provisioned.
  const { groupKey, dps } = stand.service;
  const attestation = symmetricKey(deriveDeviceKey(groupKey, 'sensor-17'));
  await provision({ idScope: dps.idScope, registrationId: 'sensor-17', attestation });
}

export async function stop(stand: Stand): Promise<void> {
  await stand.broker?.[Symbol.asyncDispose]();
  await stand.service?.close();
}

/** Somebody publishes to whoever subscribes, once. */
const greet: LoopbackServer['reply'] = (packet, peer) => {
  if (packet.cmd !== 'subscribe') return false;
  answer(packet, peer);
  for (const { topic } of packet.subscriptions) peer.say(message(topic, 'on', 1, 1));
  return true;
};
