import { generate, type Packet } from 'mqtt-packet';
import type { Peer } from '../../hostile/peer.ts';
import { ASSIGNED } from '../../hostile/server.ts';
import type { PeerCase } from './peer-case.ts';

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** An assignment to a hub that is not to be believed. */
export const OTHER = { ...ASSIGNED, registrationState: { ...ASSIGNED.registrationState, assignedHub: 'other.test' } };

/** Sends something else at this step; `send` gets the peer and what a good server would send. */
export const at = (step: PeerCase['step'], send: (peer: Peer, good: Buffer) => Buffer | string): Partial<PeerCase> => ({
  step,
  misbehave(peer, good) {
    const bytes = send(peer, good);
    peer.write(typeof bytes === 'string' ? hex(bytes) : bytes);
  },
});

export const behind = (step: PeerCase['step'], text: string): Partial<PeerCase> =>
  at(step, (_peer, good) => Buffer.concat([good, hex(text)]));

export const before = (step: PeerCase['step'], text: string): Partial<PeerCase> =>
  at(step, (_peer, good) => Buffer.concat([hex(text), good]));

/** A PUBLISH that differs from one at QoS 0 to nobody in what is named. */
export const publish = (fields: object): Buffer =>
  generate({ cmd: 'publish', topic: 'a', payload: 'x', qos: 0, dup: false, retain: false, ...fields } as Packet);

export function dialled(peers: readonly unknown[], times: number): void {
  if (peers.length !== times) throw new Error(`${peers.length} connections`);
}
