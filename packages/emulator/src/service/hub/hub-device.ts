import type { TrustAnchors } from '../credentials/judge-chain.ts';
import { InFlight } from './in-flight.ts';
import { MessageQueue, type QueuedMessage } from './message-queue.ts';
import { type StoredTwin, Twin } from './twin.ts';

/** The credentials that the hub accepts for a device. */
export interface HubCredentials {
  /** The signature may come from any of these keys. */
  readonly keys: readonly Uint8Array[];
  /** Thumbprints of client certificates: SHA-1 or SHA-256, lower-case hex. */
  readonly thumbprints: readonly string[];
  /** CAs that may issue certificates for this device id. */
  readonly anchors: TrustAnchors | undefined;
}

/** The present connection of a device, as the hub uses it. */
export interface HubConnection {
  granted(filter: 'methods'): 0 | 1 | undefined;
  /** Sends messages that wait. */
  deliver(now: number): void;
  sendMethod(requestId: string, method: string, payload: string): void;
  sendDesired(patch: Readonly<Record<string, unknown>>, version: number): void;
  close(now: number, reason: string): void;
}

/** A request for a certificate that was accepted. A device has one at a time, and it outlives a connection. */
export interface CertificateRequest {
  readonly requestId: string;
  readonly correlationId: string;
  readonly csr: Uint8Array;
  /** Milliseconds since 1970. */
  readonly answeredAt: number;
  readonly expiresAt: number;
}

/** What a state file keeps of a device. Keys are not in it. */
export interface StoredDevice {
  readonly id: string;
  readonly hub: string | undefined;
  /** Only of a device that was enabled or disabled while the emulator ran. */
  readonly status?: 'enabled' | 'disabled' | undefined;
  /** State files of earlier versions have no tags in it. */
  readonly twin: Partial<StoredTwin>;
  readonly subscriptions: readonly (readonly [string, 0 | 1])[] | undefined;
  readonly queue: readonly (Omit<QueuedMessage, 'body'> & { readonly body: string })[];
}

/** One identity at the hub: `{deviceId}` or `{deviceId}/{moduleId}`. */
export class HubDevice {
  readonly id: string;
  /** Host of the hub to which it was assigned. Undefined for a configured identity, which every hub knows. */
  hub: string | undefined;
  /** The registration id at DPS: common name of certificates that were issued there. */
  registrationId: string;
  credentials: HubCredentials;
  enabled = true;
  /** True when `enabled` was set while the emulator ran: a state file keeps it then. */
  isSwitched = false;
  twin: Twin = new Twin();
  readonly queue: MessageQueue = new MessageQueue();
  readonly inFlight: InFlight = new InFlight();
  /** Subscriptions of the Session that outlives a connection (CleanSession 0). */
  subscriptions: Map<string, 0 | 1> | undefined;
  connection: HubConnection | undefined;
  certificateRequest: CertificateRequest | undefined;
  #lastPacketId = 0;

  constructor(id: string, hub: string | undefined, credentials: HubCredentials, registrationId: string = id) {
    this.id = id;
    this.hub = hub;
    this.credentials = credentials;
    this.registrationId = registrationId;
  }

  /** The next Packet Identifier, 1 to 65,535 in turn. It continues over connections, since unacknowledged messages keep theirs. */
  nextPacketId(): number {
    do this.#lastPacketId = (this.#lastPacketId % 65_535) + 1;
    while (this.queue.isDelivered(this.#lastPacketId) || this.inFlight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
