import type { Packet } from '@mote/codec';
import type { EmulatorEventBody } from '../events.ts';

/** Why a CONNECT is refused. The device gets only the return code. */
export interface ConnectRefusal {
  readonly returnCode: 1 | 2 | 3 | 4 | 5;
  readonly reason: string;
}

/** Whether a result is a ConnectRefusal. */
export const isConnectRefusal = (value: object): value is ConnectRefusal => 'returnCode' in value;

/** Further fields of the event `connected`. */
export type ConnectedFacts = Pick<
  Extract<EmulatorEventBody, { type: 'connected' }>,
  'apiVersion' | 'clientVersion' | 'credentials' | 'hub'
>;

/** What serves a connection after CONNECT: DPS or the hub. */
export interface DeviceSession {
  /** Registration id, or identity at the hub, for events. */
  readonly registrationId: string;
  /** Identifies the device: a newer connection with the same key ends the older one [MQTT-3.1.4-2]. */
  readonly deviceKey: string;
  readonly facts: ConnectedFacts;
  /** Most bytes of one packet from here on, if more than before CONNECT. */
  readonly maxPacketSize?: number | undefined;
  /** When to call `wake` next, if at all. */
  readonly nextAt?: number | undefined;
  /** Checks at CONNECT what is otherwise checked at the first request. */
  authenticateEarly?(now: number): ConnectRefusal | undefined;
  /** CONNECT was accepted. True when the device has a Session that continues. */
  open(cleanSession: boolean): boolean;
  /** CONNACK was queued. */
  started?(now: number): void;
  receive(packet: Packet, now: number): void;
  wake?(now: number): void;
  /** The connection has ended. */
  ended?(now: number): void;
}
