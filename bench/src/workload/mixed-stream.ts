import { CONNACK, type Packet, PINGRESP, PUBACK, SUBACK, UNSUBACK } from '@mote/codec';
import { publish } from './publish.ts';
import { randomBytes } from './random.ts';

type Make = (random: () => number, packetId: number) => Packet;

/** What a server sends to a busy device: the share of each kind, in percent. */
const KINDS: readonly (readonly [percent: number, make: Make])[] = [
  [50, (random) => publish(topic(random), randomBytes(64, random))],
  [15, (random, packetId) => publish(topic(random), randomBytes(320, random), packetId)],
  [15, (_random, packetId) => ({ type: PUBACK, packetId })],
  [5, (random) => publish(topic(random), randomBytes(1024 + Math.floor(random() * 3072), random))],
  [5, (_random, packetId) => ({ type: SUBACK, packetId, returnCodes: [1] })],
  [5, () => ({ type: PINGRESP })],
  [3, () => ({ type: CONNACK, sessionPresent: false, returnCode: 0 })],
  [2, (_random, packetId) => ({ type: UNSUBACK, packetId })],
];

export function mixedStream(count: number, random: () => number): Packet[] {
  const perCent = KINDS.flatMap(([percent, make]) => Array.from({ length: percent }, () => make));
  return Array.from({ length: count }, () => {
    const make = perCent[Math.floor(random() * 100)]!;
    return make(random, 1 + Math.floor(random() * 65535));
  });
}

function topic(random: () => number): string {
  return `devices/dev-${String(Math.floor(random() * 20)).padStart(3, '0')}/messages/events/`;
}
