import { encodePacket } from '@mote/codec';
import type { EmulatorEvent } from '@mote/emulator';
import { eventFacts } from '../emulate/event-line.ts';
import type { StatusChange } from '../pages/dashboard/device-status.ts';
import type { Notice } from '../pages/dashboard/messages.ts';
import { packetDetail, packetName } from '../terminal/packet-line.ts';

/** An event as the dashboard shows it. The emulator has masked passwords already. `past`: the states that were sent include it. */
export function noticeOf(event: EmulatorEvent, past = false): Notice {
  const { connection, registrationId } = event;
  const origin = {
    ...changeOf(event),
    connection,
    ...(registrationId === undefined ? {} : { registrationId }),
    ...(past && { past }),
  };
  if (event.type !== 'packet') return origin;
  const { packet, direction } = event;
  return {
    ...origin,
    text: `${packetName(packet)} ${packetDetail(packet)}`.trim(),
    packet: {
      from: direction === 'in' ? 'device' : 'service',
      bytes: Buffer.from(encodePacket(packet)).toString('hex'),
    },
  };
}

/** The part of an event that changes the state of a device. */
export function changeOf(event: EmulatorEvent): StatusChange {
  const { time, type } = event;
  const text = type === 'packet' ? '' : eventFacts(event);
  return { time, type, text, ...(event.type === 'reply' && isFailure(event) && { failed: true }) };
}

function isFailure({ statusCode, status }: Extract<EmulatorEvent, { type: 'reply' }>): boolean {
  return statusCode >= 400 || status === 'failed' || status === 'disabled';
}
