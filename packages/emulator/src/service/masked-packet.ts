import { CONNECT, type Packet } from '@mote/codec';

/** The packet as it may be shown: the signature of a SAS token is masked, every other password wholly. */
export function maskPacket(packet: Packet): Packet {
  if (packet.type !== CONNECT || packet.password === undefined || packet.password.length === 0) return packet;
  const text = Buffer.from(packet.password).toString('latin1');
  const masked = text.startsWith('SharedAccessSignature ') ? text.replace(/sig=[^&]*/g, 'sig=***') : '***';
  return { ...packet, password: Buffer.from(masked, 'latin1') };
}
