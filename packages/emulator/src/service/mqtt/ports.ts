import type { ConnectPacket, Packet } from '@mote/codec';
import type { CertificateView } from '../credentials/certificate-view.ts';
import type { EmulatorEvent, EmulatorEventBody } from '../events.ts';
import type { CloseManner } from '../faults/delivery.ts';
import type { FaultTarget, PickedFault } from '../faults/fault-picker.ts';
import type { Fault, ScenarioStage } from '../faults/scenario.ts';
import type { Random } from '../values/random.ts';
import type { DeviceSession } from './device-session.ts';

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

/** Why a CONNECT is refused. The device is told the number only. */
export interface ConnectRefusal {
  readonly returnCode: 1 | 2 | 3 | 4 | 5;
  readonly reason: string;
}

export const isConnectRefusal = (value: object): value is ConnectRefusal => 'returnCode' in value;

/** What a connection needs of the service behind it. */
export interface ConnectionHost {
  readonly limits: ConnectionLimits;
  /** Judges a CONNECT: who serves the device from now on, or why it is refused. */
  admit(packet: ConnectPacket, level: 3 | 4, connection: ConnectionPort, now: number): DeviceSession | ConnectRefusal;
  pickFault(target: FaultTarget): PickedFault;
  /** A device's own numbers, once it is known: what others do changes nothing for it. */
  random(registrationId: string | undefined, connection: number): Random;
  emit(event: EmulatorEvent): void;
  now(): number;
}

export interface ConnectionLimits {
  /** Bytes of one MQTT packet; a session may allow more. */
  readonly maxPacketSize: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** What a session asks of its connection. */
export interface ConnectionPort {
  readonly peer: Peer;
  random(): Random;
  emit(event: EmulatorEventBody): void;
  /** The fault that meets a request at this stage; `{}` when there is none. */
  pick(stage: ScenarioStage, enrollmentId?: string): Fault;
  /** Of the call that is being worked on, or the clock's when the service side begins. */
  now(): number;
  send(packets: readonly Packet[], now: number, fault: Fault): void;
  /** 1 to 65,535, again and again. */
  nextPacketId(): number;
  acknowledge(packetId: number): void;
  /** QoS 1 answers without PUBACK. */
  readonly unacknowledged: number;
  /** Closes at once. */
  close(reason: string, manner?: CloseManner): void;
  /** The device said that it goes. */
  gone(reason: string): void;
  /** Closes soon: the device first gets the time to say goodbye. */
  hangUp(reason: string, now: number): void;
  /** Sends what is due and asks for the next wake; for what does not begin with a packet of the device. */
  settle(now: number): void;
}
