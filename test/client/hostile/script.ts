import type { TlsOptions } from 'node:tls';
import type { Peer } from './peer.ts';

export type Step =
  | 'tcp'
  | 'tls'
  | 'upgrade'
  | 'connect'
  | 'subscribe'
  | 'register'
  | 'register-answer'
  | 'wait'
  | 'poll'
  | 'final-ack'
  | 'disconnect'
  | 'close';

/** Those behind the dial and the upgrade. */
export const STEPS_OF_MQTT: readonly Step[] = [
  'connect',
  'subscribe',
  'register',
  'register-answer',
  'wait',
  'poll',
  'final-ack',
  'disconnect',
  'close',
];

/** Does something else than sending `good`, which is what a good server would send now, if anything. */
export type Misbehaviour<P = Peer> = (peer: P, good: Buffer) => void;

export interface ScriptOptions<P> {
  readonly step?: Step | undefined;
  readonly misbehave?: Misbehaviour<P> | undefined;
  /** How often it misbehaves; for ever unless told. */
  readonly times?: number | undefined;
  /** Runs at the step without misbehaving there. */
  readonly reached?: ((peer: P) => void) | undefined;
  /** Changes the answers themselves; undefined leaves the good one. */
  readonly answer?:
    | ((request: 'register' | 'poll', requestId: string, count: number) => Answer | undefined)
    | undefined;
}

export interface HostileOptions extends ScriptOptions<Peer> {
  readonly webSocket?: boolean | undefined;
  readonly tls: TlsOptions;
  /** `corrupt` of a peer works: TLS runs over a stream that can be tampered with. */
  readonly corruptible?: boolean | undefined;
}

export interface Answer {
  readonly status: number | string;
  readonly body: unknown;
  readonly properties?: string;
}

export const ASSIGNED = {
  operationId: '4.op',
  status: 'assigned',
  registrationState: { registrationId: 'device', assignedHub: 'hub.test', deviceId: 'device', status: 'assigned' },
};

/** What a server does over all its connections: the good thing, but for the one step at which it was told to misbehave. */
export class Script<P> {
  readonly #options: ScriptOptions<P>;
  /** Of all connections, by device: none is used twice. */
  readonly requestIds: Set<string> = new Set();
  #left: number;
  #answers = 0;
  #good = false;

  constructor(options: ScriptOptions<P>) {
    this.#options = options;
    this.#left = options.times ?? Number.POSITIVE_INFINITY;
  }

  /** From now on everything is good, and the first answer is the last: for a call after the one that was tried. */
  recover(): void {
    this.#good = true;
    this.requestIds.clear();
  }

  /** Sends what is due at this step, unless it is the one to misbehave at. */
  due(step: Step, peer: P, good: Buffer, send: () => void): void {
    const { step: bad, reached, misbehave } = this.#options;
    const here = !this.#good && bad === step;
    if (here) reached?.(peer);
    if (here && misbehave !== undefined && this.#left > 0) {
      this.#left--;
      misbehave(peer, good);
    } else send();
  }

  answerTo(request: 'register' | 'poll', requestId: string): Answer {
    if (this.#good) return { status: 200, body: ASSIGNED };
    const good: Answer =
      request === 'register'
        ? { status: 202, body: { operationId: '4.op', status: 'assigning' }, properties: '&retry-after=1' }
        : { status: 200, body: ASSIGNED };
    return this.#options.answer?.(request, requestId, this.#answers++) ?? good;
  }
}
