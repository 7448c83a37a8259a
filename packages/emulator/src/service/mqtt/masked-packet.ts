import { CONNECT, type Packet } from '@mote/codec';
import { fromLatin1, latin1 } from '../values/bytes.ts';

/** A copy of the packet that may be shown. In a SAS token the signature is masked; any other password is masked as a whole. */
export function maskPacket(packet: Packet): Packet {
  if (packet.type !== CONNECT || packet.password === undefined || packet.password.length === 0) return packet;
  const text = latin1(packet.password);
  const masked = text.startsWith('SharedAccessSignature ') ? text.replace(/sig=[^&]*/g, 'sig=***') : '***';
  return { ...packet, password: fromLatin1(masked) };
}
