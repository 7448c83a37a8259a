import type { Peer } from '../hostile/peer.ts';
import type { ProxyMisbehaviour } from '../hostile/proxy.ts';
import type { Misbehaviour } from '../hostile/script.ts';
import { ASSIGNED } from '../hostile/server.ts';

/**
 * The right answer, too late. `always`: when the call is over, on the connection it was for. `once`: when the client has given
 * that connection up and is as far again on another, on the old one and, with the old $rid, on the new one.
 */
export class Late {
  #held: (() => void)[] = [];

  add(say: () => void): void {
    this.#held.push(say);
  }

  say(): void {
    for (const say of this.#held.splice(0)) say();
  }

  misbehaviour(stage: string): Misbehaviour {
    return (peer, good) => {
      if (stage === 'tcp' || stage === 'tls') this.add(() => peer.secure());
      else if (stage === 'upgrade') this.add(() => peer.upgrade(good));
      else {
        peer.hold();
        peer.write(good);
        this.add(() => peer.release());
      }
    };
  }

  proxy(): ProxyMisbehaviour {
    return (socket, good, tunnel) =>
      this.add(() => {
        socket.write(good);
        tunnel();
      });
  }

  /** The second connection has come as far as the first, which says only now what it had to say. */
  again(stage: string, peer: Peer): void {
    this.say();
    if (stage !== 'register-answer' && stage !== 'poll') return;
    const state = { ...ASSIGNED.registrationState, assignedHub: 'late.test' };
    peer.write(
      peer.reply({ requestId: String(Number(peer.requestId) - 1), body: { ...ASSIGNED, registrationState: state } }),
    );
  }
}
