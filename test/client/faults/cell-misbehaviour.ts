import { MISBEHAVIOURS } from '../hostile/misbehaviours.ts';
import type { Peer } from '../hostile/peer.ts';
import type { ProxyMisbehaviour } from '../hostile/proxy.ts';
import type { Misbehaviour, Step } from '../hostile/script.ts';
import type { Cell } from './verdicts.ts';

// What a server or proxy does to make a cell of the fault model true. Faults of the environment (clocks, memory, the caller)
// are elsewhere: then the server is good, and there is no misbehaviour.

const SURROUNDINGS = ['clock-wall', 'clock-mono', 'double-call', 'oom', 'abort', 'late'];

/** Where the server has to act: for an alert, before the client sends the record that is to be tampered with. */
export function stepOf({ stage, fault, transport }: Cell): Step {
  if (fault !== 'tls-alert') return stage as Step;
  if (stage === 'connect') return transport === 'wss' ? 'upgrade' : 'tls';
  const before: Readonly<Record<string, Step>> = {
    upgrade: 'tls',
    subscribe: 'connect',
    register: 'subscribe',
    wait: 'register-answer',
    poll: 'register-answer',
  };
  return before[stage] ?? (stage as Step);
}

/** `malformed` is the packet that the fault of this name sends. */
export function misbehaviourOf(cell: Cell, malformed: string): Misbehaviour | undefined {
  const { stage, fault, transport } = cell;
  if (SURROUNDINGS.includes(fault)) return undefined;
  if (fault === 'tls-alert') return stage === 'tls' ? undefined : (peer, good) => alert(stage, transport, peer, good);
  if (fault === 'malformed') return (peer) => peer.write(Buffer.from(malformed, 'hex'));
  if (stage === 'tls' || stage === 'tcp') return (peer) => inHandshake(fault, peer);
  if (stage === 'upgrade') return (peer, good) => inUpgrade(fault, peer, good);
  return MISBEHAVIOURS[fault];
}

function alert(stage: string, transport: string, peer: Peer, good: Buffer): void {
  const { tampered } = peer;
  // The last of the client's handshake, or CONNECT if they come together.
  if (stage === 'upgrade' || (stage === 'connect' && transport === 'tls')) tampered.flipChunk = 2;
  if (tampered.flipChunk === 2) peer.secure();
  else tampered.corrupt();
  if (stage === 'connect' && transport === 'wss') peer.upgrade(good);
  else if (stage !== 'register-answer') peer.write(good);
}

function inHandshake(fault: string, peer: Peer): void {
  if (fault === 'rst') peer.reset();
  else if (fault === 'fin') peer.raw.end();
  else if (fault === 'garbage') peer.raw.write('HTTP/1.1 400 Bad Request\r\n\r\n');
  else if (['drip', 'split', 'coalesce'].includes(fault)) {
    if (fault !== 'coalesce')
      peer.tampered.slices = { size: fault === 'drip' ? 8 : 1, everyMs: fault === 'drip' ? 2 : 0 };
    peer.secure();
  }
}

function inUpgrade(fault: string, peer: Peer, good: Buffer): void {
  const bare = {
    mute: () => {},
    write: (bytes: Uint8Array) => peer.writeBare(bytes),
    reset: () => peer.reset(),
    end: () => peer.end(),
    stopReading: () => peer.stopReading(),
  };
  peer.upgrade('');
  if (fault === 'oversize') peer.writeBare(`HTTP/1.1 101 Switching Protocols\r\nX: ${'a'.repeat(20_000)}`);
  else if (fault === 'coalesce') peer.writeBare(Buffer.concat([good, Buffer.from('8900', 'hex')]));
  else if (fault === 'wrong-id')
    peer.writeBare(good.toString().replace(/Accept: .*/, 'Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA='));
  else MISBEHAVIOURS[fault]!(bare, good);
}

export function proxyMisbehaviourOf({ fault }: Cell): ProxyMisbehaviour | undefined {
  const answer =
    (...parts: string[]): ProxyMisbehaviour =>
    (socket, _good, tunnel) => {
      for (const part of parts) socket.write(part);
      tunnel();
    };
  const good = 'HTTP/1.1 200 Connection established\r\n\r\n';
  switch (fault) {
    case 'rst':
      return (socket) => socket.resetAndDestroy();
    case 'fin':
      return (socket) => void socket.end();
    case 'drip':
    case 'split':
      return answer(...good);
    case 'coalesce':
    case 'duplicate':
      return answer(good + good);
    case 'unsolicited':
    case 'garbage':
      return (socket) => void socket.write(Buffer.from('d000300a0004', 'hex'));
    case 'oversize':
      return (socket) => void socket.write(`${good.slice(0, -2)}X: ${'a'.repeat(20_000)}`);
    case 'stall':
    case 'backpressure':
    case 'half-open':
      return () => {};
    default:
      return undefined;
  }
}
