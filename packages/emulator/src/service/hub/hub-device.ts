import type { TrustAnchors } from '../credentials/judge-chain.ts';
import type { CertificateRequest } from './certificate-requests.ts';
import { MessageQueue, type QueuedMessage } from './message-queue.ts';
import { type StoredTwin, Twin } from './twin.ts';

/** How a device shows at the hub who it is. */
export interface HubCredentials {
  /** Any of them may have signed. */
  readonly keys: readonly Uint8Array[];
  /** Of client certificates: SHA-1 or SHA-256, lower-case hex. */
  readonly thumbprints: readonly string[];
  /** CAs whose certificates for this device id count. */
  readonly anchors: TrustAnchors | undefined;
}

/** The link that serves a device now, as far as the hub asks something of it. */
export interface HubConnection {
  granted(filter: 'methods'): 0 | 1 | undefined;
  /** Sends what waits. */
  deliver(now: number): void;
  sendMethod(requestId: string, method: string, payload: string): void;
  sendDesired(patch: Readonly<Record<string, unknown>>, version: number): void;
  close(now: number, reason: string): void;
}

export interface StoredDevice {
  readonly id: string;
  readonly hub: string | undefined;
  readonly twin: StoredTwin;
  readonly subscriptions: readonly (readonly [string, 0 | 1])[] | undefined;
  readonly queue: readonly (Omit<QueuedMessage, 'body'> & { readonly body: string })[];
}

/** One identity of the hub: `{deviceId}` or `{deviceId}/{moduleId}`. */
export class HubDevice {
  readonly id: string;
  /** Host it was assigned to; undefined for one that was configured, which every hub knows. */
  hub: string | undefined;
  /** At DPS; certificates that were issued there bear it. */
  registrationId: string;
  credentials: HubCredentials;
  enabled = true;
  twin: Twin = new Twin();
  readonly queue: MessageQueue = new MessageQueue();
  /** Of the session that outlives a connection (CleanSession 0): filters as they were subscribed. */
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

  /** 1 to 65,535, again and again, over all its connections: what is unacknowledged keeps its identifier. */
  nextPacketId(): number {
    do this.#lastPacketId = (this.#lastPacketId % 65_535) + 1;
    while (this.queue.isDelivered(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
