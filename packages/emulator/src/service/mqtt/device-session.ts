import type { Packet } from '@mote/codec';
import type { EmulatorEventBody } from '../events.ts';
import type { ConnectRefusal } from './ports.ts';

/** What the event `connected` says beside the fields of CONNECT. */
export type ConnectedFacts = Pick<
  Extract<EmulatorEventBody, { type: 'connected' }>,
  'apiVersion' | 'clientVersion' | 'credentials' | 'hub'
>;

/** What a connection needs of whoever serves it behind CONNECT: DPS or the hub. */
export interface DeviceSession {
  /** Registration id, or identity at the hub; for the events. */
  readonly registrationId: string;
  /** One connection for each: a newer one ends the older [MQTT-3.1.4-2]. */
  readonly deviceKey: string;
  readonly facts: ConnectedFacts;
  /** Bytes of one MQTT packet from here on, where more are allowed than to a stranger. */
  readonly maxPacketSize?: number | undefined;
  /** When `wake` is due next, if ever. */
  readonly nextAt?: number | undefined;
  /** Judges at CONNECT what else would be judged at the first request. */
  authenticateEarly?(now: number): ConnectRefusal | undefined;
  /** CONNECT was accepted. True when a session is there to go on with. */
  open(cleanSession: boolean): boolean;
  /** CONNACK is on its way. */
  started?(now: number): void;
  receive(packet: Packet, now: number): void;
  wake?(now: number): void;
  /** The connection is gone. */
  ended?(now: number): void;
}
