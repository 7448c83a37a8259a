import { encodePacket } from '@mote/codec';
import type { EmulatorEvent } from '@mote/emulator';
import { eventFacts } from '../emulate/event-line.ts';
import type { Notice } from '../pages/dashboard/messages.ts';
import { packetDetail, packetName } from '../terminal/packet-line.ts';

/** An event as the dashboard shows it. Passwords were masked by the emulator. */
export function noticeOf(event: EmulatorEvent): Notice {
  const { time, connection, registrationId, type } = event;
  const origin = { time, connection, type, ...(registrationId === undefined ? {} : { registrationId }) };
  if (event.type === 'reply') return { ...origin, text: eventFacts(event), ...(isFailure(event) && { failed: true }) };
  if (event.type !== 'packet') return { ...origin, text: eventFacts(event) };
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

function isFailure({ statusCode, status }: Extract<EmulatorEvent, { type: 'reply' }>): boolean {
  return statusCode >= 400 || status === 'failed' || status === 'disabled';
}
