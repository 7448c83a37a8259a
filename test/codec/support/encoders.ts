import * as codec from '@mote/codec';
import { toHex } from './bytes.ts';

/** One way to have a packet encoded: into memory of its own, into a target, or only measured. */
export interface Way {
  readonly name: string;
  readonly run: (fields: never, target: Uint8Array, at: number) => unknown;
}

export interface PacketKind {
  readonly name: string;
  readonly type: number;
  /** A packet with every field, made anew. */
  readonly make: () => Record<string, unknown>;
}

const bytes = (...values: number[]) => Uint8Array.of(...values);

export const KINDS: readonly PacketKind[] = [
  {
    name: 'Connect',
    type: codec.CONNECT,
    make: () => ({
      clientId: 'meter-7',
      cleanSession: true,
      keepAlive: 60,
      will: { topicName: 'gone/meter-7', message: bytes(1, 2, 3), qos: 1, retain: true },
      userName: 'hub/meter-7',
      password: bytes(9, 8, 7),
    }),
  },
  { name: 'Connack', type: codec.CONNACK, make: () => ({ sessionPresent: true, returnCode: 0 }) },
  {
    name: 'Publish',
    type: codec.PUBLISH,
    make: () => ({ topicName: 'a/topic', payload: bytes(5, 6), qos: 1, retain: true, dup: true, packetId: 7 }),
  },
  ...['Puback', 'Pubrec', 'Pubrel', 'Pubcomp'].map((name, i) => ({
    name,
    type: codec.PUBACK + i,
    make: () => ({ packetId: 0x1234 }),
  })),
  {
    name: 'Subscribe',
    type: codec.SUBSCRIBE,
    make: () => ({
      packetId: 8,
      subscriptions: [
        { topicFilter: 'a/+/#', qos: 1 },
        { topicFilter: 'é/b', qos: 2 },
      ],
    }),
  },
  { name: 'Suback', type: codec.SUBACK, make: () => ({ packetId: 9, returnCodes: [0, 1, 0x80] }) },
  { name: 'Unsubscribe', type: codec.UNSUBSCRIBE, make: () => ({ packetId: 10, topicFilters: ['#', 'a/b'] }) },
  { name: 'Unsuback', type: codec.UNSUBACK, make: () => ({ packetId: 11 }) },
  { name: 'Pingreq', type: codec.PINGREQ, make: () => ({}) },
  { name: 'Pingresp', type: codec.PINGRESP, make: () => ({}) },
  { name: 'Disconnect', type: codec.DISCONNECT, make: () => ({}) },
];

/** The five ways of one kind of packet, and for a PUBLISH the sixth, a PreparedPublish. */
export function waysOf({ name, type }: PacketKind): Way[] {
  const named = codec as unknown as Record<string, (...args: unknown[]) => unknown>;
  const typed = (fields: object) => {
    const packet = Object.defineProperties({}, Object.getOwnPropertyDescriptors(Object(fields)));
    return Object.defineProperty(packet, 'type', { value: type, enumerable: true });
  };
  const ways: Way[] = [
    { name: `encode${name}`, run: (fields) => named[`encode${name}`]!(fields) },
    { name: `encode${name}Into`, run: (fields, target, at) => named[`encode${name}Into`]!(fields, target, at) },
    { name: `encodePacket of ${name}`, run: (fields) => codec.encodePacket(typed(fields) as never) },
    {
      name: `encodePacketInto of ${name}`,
      run: (fields, target, at) => codec.encodePacketInto(typed(fields) as never, target, at),
    },
    { name: `packetSize of ${name}`, run: (fields) => codec.packetSize(typed(fields) as never) },
  ];
  if (name === 'Publish') {
    ways.push({
      name: 'preparePublish().encodeInto',
      run: (fields: codec.PublishFields, target, at) => {
        const prepared = codec.preparePublish(fields);
        return prepared.encodeInto(fields.payload, fields.packetId, target, at);
      },
    });
  }
  return ways;
}

/** Every way of every kind. */
export const ALL: readonly { readonly kind: PacketKind; readonly way: Way }[] = KINDS.flatMap((kind) =>
  waysOf(kind).map((way) => ({ kind, way })),
);

/** Those that write into a target of the caller's. */
export const INTO: typeof ALL = ALL.filter(({ way }) => way.name.includes('Into'));

const FILL = 0xee;

/** Memory in which a byte that was written shows. */
export function target(): Uint8Array {
  return new Uint8Array(200).fill(FILL);
}

export function isUntouched(memory: Uint8Array): boolean {
  return memory.every((byte) => byte === FILL);
}

/** What a way makes: bytes as hex, or a size. */
export function madeBy(way: Way, fields: object): string {
  const into = target();
  const made = way.run(fields as never, into, 3);
  if (made instanceof Uint8Array) return toHex(made);
  return way.name.startsWith('packetSize') ? `${made}` : toHex(into.subarray(3, made as number));
}
