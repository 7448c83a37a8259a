import { CONNECT, type Packet, PUBACK, SUBSCRIBE } from '@mote/codec';
import { mixedStream } from './mixed-stream.ts';
import { flat, publish } from './publish.ts';
import { randomBytes, seeded } from './random.ts';

export type WorkloadId = 'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6' | 'W7' | 'W8' | 'W9';

export interface Workload {
  readonly title: string;
  /** Made anew at each call, from a fixed seed. */
  readonly packets: () => Packet[];
}

const DPS_TOPIC = '$dps/registrations/res/202/?$rid=12&retry-after=3';
const DPS_USER = '0ne00ABCDEF/registrations/sensor-17/api-version=2019-03-31&ClientVersion=mote-0.1';
const SAS_PASSWORD =
  'SharedAccessSignature sr=0ne00ABCDEF%2Fregistrations%2Fsensor-17&sig=' +
  'mGd1yNfZbLxWLYpDmJ3%2Fk0E7rJb2s0Hh5TQ9uYx1x5Y%3D&se=1795400000&skn=registration&pad=aaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

export const workloads: Readonly<Record<WorkloadId, Workload>> = {
  W1: {
    title: 'PUBLISH, QoS 0, 64 B payload (100 B)',
    packets: () => repeat(64, 1, (random) => publish('devices/dev-001/messages/events/', randomBytes(64, random))),
  },
  W2: {
    title: 'PUBLISH, QoS 1, DPS topic, 320 B payload (376 B)',
    packets: () => repeat(64, 2, (random, n) => publish(DPS_TOPIC, randomBytes(320, random), n + 1)),
  },
  W3: {
    title: 'PUBLISH, QoS 0, 16 KiB payload (16,422 B)',
    packets: () => repeat(4, 3, (random) => publish('devices/dev-001/messages/events/', randomBytes(16384, random))),
  },
  W4: {
    title: 'PUBACK (4 B)',
    packets: () => repeat(64, 4, (random) => ({ type: PUBACK, packetId: 1 + Math.floor(random() * 65535) })),
  },
  W5: {
    title: 'CONNECT with DPS user name and SAS password (289 B)',
    packets: () =>
      repeat(64, 5, (_random, n) => ({
        type: CONNECT,
        clientId: flat(`dev-${100 + n}`),
        cleanSession: true,
        keepAlive: 60,
        userName: DPS_USER,
        password: new Uint8Array(Buffer.from(SAS_PASSWORD)),
      })),
  },
  W6: {
    title: 'SUBSCRIBE, one filter (31 B)',
    packets: () =>
      repeat(64, 6, (_random, n) => ({
        type: SUBSCRIBE,
        packetId: n + 1,
        subscriptions: [{ topicFilter: '$dps/registrations/res/#', qos: 1 }],
      })),
  },
  W7: { title: 'mixed stream, server to client (237 B on average)', packets: () => mixedStream(10_000, seeded(7)) },
  W8: {
    title: '10,000 different topics, QoS 0, 64 B payload',
    packets: () =>
      repeat(10_000, 8, (random, n) => publish(`devices/dev-${digits(n)}/messages/events`, randomBytes(64, random))),
  },
  W9: {
    title: '10,000 different non-ASCII topics, QoS 0, 64 B payload',
    packets: () =>
      repeat(10_000, 9, (random, n) =>
        publish(`gebäude/küche-${digits(n)}/größe/höhe/öl/äüß/süßél`, randomBytes(64, random)),
      ),
  },
};

function repeat(count: number, seed: number, make: (random: () => number, n: number) => Packet): Packet[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, n) => make(random, n));
}

function digits(n: number): string {
  return String(n).padStart(5, '0');
}
