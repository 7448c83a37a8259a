import type { Packet } from '@mote/codec';

/** What a connection needs of whoever serves it behind CONNECT: DPS or the hub. */
export interface DeviceSession {
  /** Registration id, or identity at the hub; for the events. */
  readonly registrationId: string;
  /** One connection for each: a newer one ends the older [MQTT-3.1.4-2]. */
  readonly linkKey: string;
  /** When `wake` is due next, if ever. */
  readonly nextAt?: number | undefined;
  /** CONNECT was accepted. True when a session is there to go on with. */
  open(cleanSession: boolean): boolean;
  /** CONNACK is on its way. */
  started?(now: number): void;
  receive(packet: Packet, now: number): void;
  wake?(now: number): void;
  /** The connection is gone. */
  ended?(now: number): void;
}
