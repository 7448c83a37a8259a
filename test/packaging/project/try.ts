import { type Assignment, groupKey, ProvisioningError, provision } from '@mote/client';
import {
  type CodecErrorCode,
  type DecodeError,
  decodePacket,
  encodePublish,
  Framer,
  type Packet,
  PUBLISH,
} from '@mote/codec';
import { annotate } from '@mote/codec/annotate';
import { decodePuback } from '@mote/codec/puback';
import { startEmulator } from '@mote/emulator';

// @ts-expect-error QoS 1 needs a Packet Identifier
encodePublish({ topicName: 'a', payload: new Uint8Array(0), qos: 1 });

export function packets(chunk: Uint8Array): Packet[] {
  const framer = new Framer({ maxPacketSize: 1024 });
  framer.push(chunk);
  const found: Packet[] = [];
  for (const frame of framer) found.push(decodePacket(frame));
  for (const packet of found)
    if (packet.type === PUBLISH && packet.qos > 0) console.log(packet.packetId, annotate(chunk).length);
  return found;
}

export async function assign(key: string): Promise<Assignment | undefined> {
  const dps = await startEmulator({ pollsBeforeAssigned: 0 });
  try {
    return await provision({
      idScope: dps.idScope,
      registrationId: 'sensor-17',
      attestation: groupKey(key),
      endpoint: `${dps.host}:${dps.port}`,
      tls: { ca: dps.ca },
      onProgress: ({ stage, message }) => console.log(stage, message),
    });
  } catch (error) {
    if (error instanceof ProvisioningError && error.code === 'unauthorized') return undefined;
    throw error;
  } finally {
    await dps.close();
  }
}

export const codeOf = (error: DecodeError): CodecErrorCode => error.code;
export { decodePuback };
