import type { EmulatorEventBody } from '../events.ts';
import type { CertificateView } from './certificate-view.ts';
import type { Channel } from './channel.ts';
import type { Random } from './random.ts';
import type { Fault, ScenarioStage } from './scenario/scenario.ts';
import type { Service } from './service.ts';

/** The other end, as the edge saw it arrive. */
export interface Peer {
  readonly transport: 'tls' | 'websocket';
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly tlsVersion: string;
  /** When TCP was accepted; the time allowed for CONNECT runs from here. */
  readonly acceptedAt: number;
  /** The client certificate and what came with it; empty when there was none. */
  readonly chain: readonly CertificateView[];
}

/** What the parts of one connection share. */
export interface ConnectionContext {
  readonly service: Service;
  readonly channel: Channel;
  /** The device's own, once it is known: what others do changes nothing for it. */
  random(): Random;
  emit(event: EmulatorEventBody): void;
  /** The fault that meets a request at this stage; `{}` when there is none. */
  pick(stage: ScenarioStage, enrollmentId?: string): Fault;
  /** Of the call that is being worked on, or the clock's when the service side begins. */
  now(): number;
  /** Sends what is due and asks for the next wake; for what does not begin with a packet of the device. */
  settle(now: number): void;
  /** The connection is closed soon. */
  hangUp(reason: string, now: number): void;
}
