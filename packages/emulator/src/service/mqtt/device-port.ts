import type { Packet } from '@mote/codec';
import type { EmulatorEventBody } from '../events.ts';
import type { CloseManner } from '../faults/delivery.ts';
import type { Fault, ScenarioStage } from '../faults/scenario.ts';
import type { Random } from '../values/random.ts';
import { type Action, Channel } from './channel.ts';
import type { ConnectionHost, ConnectionPort, Peer } from './ports.ts';

/** What a port reads of its connection. */
export interface PortOwner {
  /** Undefined before CONNECT. */
  registrationId(): string | undefined;
  /** Host name of the hub. Undefined at DPS, and before CONNECT. */
  hub(): string | undefined;
  hangUp(reason: string, now: number): void;
  settle(now: number): void;
}

/** Output to one device, with its events, faults and random numbers. */
export class DevicePort implements ConnectionPort {
  readonly peer: Peer;
  readonly channel: Channel;
  /** The time of the present call, for events. */
  time = 0;
  readonly #host: ConnectionHost;
  readonly #number: number;
  readonly #owner: PortOwner;
  readonly #unknown: Random;

  constructor(host: ConnectionHost, number: number, peer: Peer, perform: (action: Action) => void, owner: PortOwner) {
    this.peer = peer;
    this.#host = host;
    this.#number = number;
    this.#owner = owner;
    this.#unknown = host.random(undefined, number);
    this.channel = new Channel(perform, (event) => this.emit(event));
  }

  now(): number {
    return this.#host.now();
  }

  random(): Random {
    const registrationId = this.#owner.registrationId();
    return registrationId === undefined ? this.#unknown : this.#host.random(registrationId, this.#number);
  }

  emit(event: EmulatorEventBody): void {
    const registrationId = this.#owner.registrationId();
    // Only one object spread here: a flood of PINGREQ makes two events for each packet.
    if (registrationId === undefined) this.#host.emit({ time: this.time, connection: this.#number, ...event });
    else this.#host.emit({ time: this.time, connection: this.#number, registrationId, ...event });
  }

  pick(stage: ScenarioStage, enrollmentId?: string): Fault {
    const registrationId = this.#owner.registrationId() ?? '';
    const hub = this.#owner.hub();
    const { fault, rules } = this.#host.pickFault({ stage, registrationId, enrollmentId, hub });
    for (const rule of rules) this.emit({ type: 'fault', stage, rule, fault: JSON.stringify(fault) });
    if (!fault.takenOver) return fault;
    this.emit({ type: 'taken-over', by: 0 });
    return { drop: 'after', ...fault };
  }

  send(packets: readonly Packet[], now: number, fault: Fault): void {
    this.channel.send(packets, now, fault, this.random());
  }

  nextPacketId(): number {
    return this.channel.nextPacketId();
  }

  acknowledge(packetId: number): void {
    this.channel.acknowledge(packetId);
  }

  get unacknowledged(): number {
    return this.channel.unacknowledged;
  }

  close(reason: string, manner: CloseManner = 'end'): void {
    this.channel.close(reason, manner);
  }

  gone(reason: string): void {
    this.channel.gone(reason);
  }

  hangUp(reason: string, now: number): void {
    this.#owner.hangUp(reason, now);
  }

  settle(now: number): void {
    this.#owner.settle(now);
  }
}
