import { randomBytes } from 'node:crypto';
import type { Peer } from './peer.ts';
import type { Misbehaviour } from './script.ts';

/** What misbehaving takes; servers of other makes have it too. */
export type Speaker = Pick<Peer, 'write' | 'mute' | 'reset' | 'end' | 'stopReading'>;

/** Ways to misbehave at a step, by their names in the fault model. */
export const MISBEHAVIOURS: Readonly<Record<string, Misbehaviour<Speaker>>> = {
  rst: (peer) => peer.reset(),
  fin: (peer) => peer.end(),
  stall: (peer) => peer.mute(),
  drip: dripping(2),
  split: (peer, good) => {
    for (const byte of good) peer.write(Uint8Array.of(byte));
  },
  coalesce: (peer, good) => peer.write(Buffer.concat([good, Buffer.from('d000d000', 'hex')])),
  // The first byte is a packet type that no server sends, so that chance cannot make it a packet.
  garbage: (peer) => peer.write(Buffer.concat([Buffer.of(0xf5), randomBytes(63)])),
  oversize: (peer) => peer.write(Buffer.from('30ffffff7f', 'hex')),
  duplicate: (peer, good) => {
    peer.write(good);
    peer.write(good);
  },
  // An acknowledgement behind the answer that it should come before: in the same write, or in the one before.
  reorder: (peer, good) => {
    const first = good.subarray(0, 2 + good[1]!);
    const rest = good.subarray(first.length);
    if (rest.length > 0) peer.write(Buffer.concat([rest, first]));
    else setImmediate(() => peer.write(good));
  },
  'wrong-id': (peer) => peer.write(Buffer.from('40023333', 'hex')),
  unsolicited: (peer, good) =>
    peer.write(Buffer.concat([Buffer.from('d000', 'hex'), Buffer.from('300a0004736f6d657468696e', 'hex'), good])),
  backpressure: (peer) => peer.stopReading(),
  'half-open': (peer) => peer.stopReading(),
};

/** A byte at a time. */
export function dripping(everyMs: number): Misbehaviour<Speaker> {
  return (peer, good) => {
    let at = 0;
    const timer = setInterval(() => {
      if (at < good.length) peer.write(good.subarray(at, ++at));
      else clearInterval(timer);
    }, everyMs).unref();
  };
}
