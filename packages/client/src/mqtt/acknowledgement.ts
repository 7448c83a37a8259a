import { PUBACK, PUBCOMP, PUBLISH, PUBREC } from '@mote/codec';
import type { Outbound, Outgoing } from './outgoing.ts';
import { refusePacketId } from './peer-violation.ts';

/**
 * Throws a PeerViolation if a packet of this type cannot acknowledge what waits under its identifier: a SUBSCRIBE, a message of another
 * QoS, one that was not sent, or PUBCOMP before PUBREC [4.3].
 */
export function checkAcknowledgement(
  { type: waiting, qos, state }: Outgoing,
  { type, packetId }: Parameters<Outbound['onAcknowledgement']>[0],
): void {
  const released = state === 'released';
  const expected = type === PUBCOMP ? released : state === 'sent' || (released && type === PUBREC);
  if (!(waiting === PUBLISH && qos === (type === PUBACK ? 1 : 2) && expected)) refusePacketId(packetId);
}
