import type { ConnectPacket, Packet } from '@mote/codec';
import type { CertificateView } from '../credentials/certificate-view.ts';
import type { EmulatorEvent, EmulatorEventBody } from '../events.ts';
import type { CloseManner } from '../faults/delivery.ts';
import type { FaultTarget, PickedFault } from '../faults/fault-picker.ts';
import type { Fault, ScenarioStage } from '../faults/scenario.ts';
import type { Random } from '../values/random.ts';
import type { ConnectRefusal, DeviceSession } from './device-session.ts';

/** The peer of a connection, as the transport knows it. */
export interface Peer {
  readonly transport: 'tls' | 'websocket';
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly tlsVersion: string;
  /** When TCP was accepted. The time limit for CONNECT begins here. */
  readonly acceptedAt: number;
  /** The client certificate with its chain. Empty when there was none. */
  readonly chain: readonly CertificateView[];
}

/** What a connection uses of the service. */
export interface ConnectionHost {
  readonly limits: ConnectionLimits;
  /** Checks a CONNECT. Returns the session that serves the device from now on, or the refusal. */
  admit(packet: ConnectPacket, level: 3 | 4, connection: ConnectionPort, now: number): DeviceSession | ConnectRefusal;
  pickFault(target: FaultTarget): PickedFault;
  /** Random numbers of one device, which do not depend on what other devices do. */
  random(registrationId: string | undefined, connection: number): Random;
  emit(event: EmulatorEvent): void;
  now(): number;
}

/** The limits of a connection. */
export interface ConnectionLimits {
  /** Most bytes of one packet. A session may allow more. */
  readonly maxPacketSize: number;
  /** Milliseconds from accepting TCP to a complete CONNECT. */
  readonly connectTimeoutMs: number;
  /** Most milliseconds without a packet. */
  readonly idleTimeoutMs: number;
}

/** What a session uses of its connection. */
export interface ConnectionPort {
  readonly peer: Peer;
  random(): Random;
  emit(event: EmulatorEventBody): void;
  /** The fault for a request at this stage; `{}` when there is none. */
  pick(stage: ScenarioStage, enrollmentId?: string): Fault;
  /** The time of the present call. */
  now(): number;
  send(packets: readonly Packet[], now: number, fault: Fault): void;
  /** The next Packet Identifier: 1 to 65,535 in turn. */
  nextPacketId(): number;
  acknowledge(packetId: number): void;
  /** Number of QoS 1 answers without PUBACK. */
  readonly unacknowledged: number;
  /** Closes at once. */
  close(reason: string, manner?: CloseManner): void;
  /** The device has sent DISCONNECT. */
  gone(reason: string): void;
  /** Closes soon: the device first gets time to disconnect. */
  hangUp(reason: string, now: number): void;
  /** Writes what is due and asks for the next wake. Needed for output that does not follow from a packet of the device. */
  settle(now: number): void;
}
