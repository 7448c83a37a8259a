import type { Packet } from '@mote/codec';

/** Where a device stood when something was refused. */
export type RefusalStage = 'tls' | 'upgrade' | 'connect' | 'subscribe' | 'register' | 'poll' | 'twin' | 'certificate';

interface EventOrigin {
  /** Milliseconds since 1970, from the emulator's clock. */
  readonly time: number;
  /** Counts accepted connections from 1; 0 where no connection is concerned. */
  readonly connection: number;
  /** Known from CONNECT on. */
  readonly registrationId?: string;
}

export type EmulatorEventBody =
  /** A TLS (or TLS and WebSocket) connection stands. */
  | {
      readonly type: 'connection';
      readonly transport: 'tls' | 'websocket';
      readonly remoteAddress: string;
      readonly remotePort: number;
      readonly tlsVersion: string;
      /** CN of the client certificate, when one was presented. */
      readonly clientCertificate?: string;
    }
  | {
      readonly type: 'connected';
      readonly clientId: string;
      readonly apiVersion: string;
      readonly clientVersion?: string;
      readonly keepAlive: number;
      readonly cleanSession: boolean;
      readonly credentials: 'sas' | 'x509';
      /** Host of the hub; left out at DPS. */
      readonly hub?: string;
    }
  | { readonly type: 'subscribed'; readonly topicFilter: string; readonly qos: 0 | 1 }
  | { readonly type: 'register'; readonly requestId: string; readonly payload?: unknown; readonly csr: boolean }
  | { readonly type: 'poll'; readonly requestId: string; readonly operationId: string }
  /** An answer on `$dps/registrations/res/{statusCode}`. */
  | {
      readonly type: 'reply';
      readonly requestId: string;
      readonly statusCode: number;
      readonly status?: string;
      readonly errorCode?: number;
      readonly retryAfter?: number;
    }
  | {
      readonly type: 'assigned';
      readonly assignedHub: string;
      readonly deviceId: string;
      readonly substatus: string;
      readonly operationId: string;
    }
  /** `reason` is what the service keeps to itself: why the signature, the chain or the topic was not accepted. */
  | {
      readonly type: 'refused';
      readonly stage: RefusalStage;
      readonly reason: string;
      readonly returnCode?: number;
      readonly statusCode?: number;
      readonly errorCode?: number;
    }
  /** Something that the service would let pass, and that a careful client would not do. */
  | { readonly type: 'warning'; readonly reason: string }
  /** At the hub: a device has sent a message. `azure.hub.telemetry()` has it whole. */
  | { readonly type: 'telemetry'; readonly bytes: number }
  /** At the hub: what became of a message to a device. */
  | {
      readonly type: 'message';
      readonly messageId: string;
      readonly outcome: 'Queued' | 'Success' | 'Expired' | 'Purged';
    }
  /** At the hub: a method is called, or answered (`status`). */
  | { readonly type: 'method'; readonly requestId: string; readonly method?: string; readonly status?: number }
  | { readonly type: 'twin'; readonly change: 'read' | 'reported' | 'desired'; readonly version?: number }
  /** At the hub: a device asks for a new certificate, or gets it. */
  | { readonly type: 'certificate'; readonly requestId: string; readonly change: 'requested' | 'issued' }
  /** At the hub: an identity was made, changed or removed. */
  | { readonly type: 'device'; readonly change: 'created' | 'updated' | 'removed' | 'enabled' | 'disabled' }
  /** A newer connection of the same device ended this one; `by` is 0 when the scenario says so. */
  | { readonly type: 'taken-over'; readonly by: number }
  /** A rule of the scenario acted. */
  | { readonly type: 'fault'; readonly stage: string; readonly rule: number; readonly fault: string }
  /** `in` comes from the device. A password is shown with its signature masked. */
  | { readonly type: 'packet'; readonly direction: 'in' | 'out'; readonly packet: Packet }
  | { readonly type: 'closed'; readonly by: 'device' | 'service'; readonly reason: string }
  /** New enrollments are in force, or the file could not be used and the old ones stay. */
  | { readonly type: 'reloaded'; readonly enrollments: number }
  | { readonly type: 'reload-failed'; readonly reason: string }
  | { readonly type: 'state-not-saved'; readonly reason: string }
  | { readonly type: 'state-restored'; readonly registrations: number; readonly from: 'current' | 'next' | 'previous' };

export type EmulatorEvent = EventOrigin & EmulatorEventBody;
