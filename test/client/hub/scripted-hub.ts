import { connectHub, type HubDevice, type HubOptions, symmetricKey, tcpTransport } from '@mote/client';
import type { Packet } from 'mqtt-packet';
import { LoopbackServer, type Peer } from '../mqtt/server.ts';
import { KEY, kept } from './at-emulator.ts';

export type Script = (topic: string, packet: Packet & { cmd: 'publish' }, peer: Peer) => unknown;

/** A hub whose answers to PUBLISH are this script's. Everything else is answered as it should be. */
export async function scripted(
  script: Script = () => false,
  options: Partial<HubOptions> = {},
): Promise<{ server: LoopbackServer; device: HubDevice }> {
  const server = kept(
    await LoopbackServer.listen((packet, peer) =>
      packet.cmd === 'publish' ? script(packet.topic, packet as never, peer) === true : false,
    ),
  );
  const device = kept(
    await connectHub({
      hostName: 'hub-1.example.net',
      deviceId: 'dev',
      attestation: symmetricKey(KEY),
      endpoint: `127.0.0.1:${server.port}`,
      transport: tcpTransport,
      retry: { baseMs: 1 },
      ...options,
    }),
  );
  return { server, device };
}
