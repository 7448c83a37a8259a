import type { Packet } from '@mote/codec';

/** The stage at which something was refused. */
export type RefusalStage = 'tls' | 'upgrade' | 'connect' | 'subscribe' | 'register' | 'poll' | 'twin' | 'certificate';

interface EventOrigin {
  /** Milliseconds since 1970, from the emulator's clock. */
  readonly time: number;
  /** Number of the connection, from 1; 0 for events without a connection. */
  readonly connection: number;
  /** Known after CONNECT. */
  readonly registrationId?: string;
}

/** What an event tells, by its `type`. */
export type EmulatorEventBody =
  /** A connection over TLS, or TLS and WebSocket, is open. */
  | {
      readonly type: 'connection';
      readonly transport: 'tls' | 'websocket';
      readonly remoteAddress: string;
      readonly remotePort: number;
      readonly tlsVersion: string;
      /** CN of the client certificate, if there is one. */
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
      /** Host name of the hub; absent at DPS. */
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
  /** A refusal. `reason` says why the signature, the chain or the topic was not accepted, which the device is not told. */
  | {
      readonly type: 'refused';
      readonly stage: RefusalStage;
      readonly reason: string;
      readonly returnCode?: number;
      readonly statusCode?: number;
      readonly errorCode?: number;
    }
  /** Something that the service accepts, but a careful client would not do. */
  | { readonly type: 'warning'; readonly reason: string }
  /** At the hub: a device has sent a message. `azure.hub.telemetry()` has its content. */
  | { readonly type: 'telemetry'; readonly bytes: number }
  /** At the hub: how a cloud-to-device message ended. */
  | {
      readonly type: 'message';
      readonly messageId: string;
      readonly outcome: 'Queued' | 'Success' | 'Expired' | 'Purged';
    }
  /** At the hub: a method is called, or answered (`status`). */
  | { readonly type: 'method'; readonly requestId: string; readonly method?: string; readonly status?: number }
  | { readonly type: 'twin'; readonly change: 'read' | 'reported' | 'desired'; readonly version?: number }
  /** At the hub: a device has asked for a new certificate, or got it. */
  | { readonly type: 'certificate'; readonly requestId: string; readonly change: 'requested' | 'issued' }
  /** At the hub: an identity was added, changed or removed. */
  | { readonly type: 'device'; readonly change: 'created' | 'updated' | 'removed' | 'enabled' | 'disabled' }
  /** A newer connection of the same device, number `by`, ended this one. `by` is 0 when a scenario did. */
  | { readonly type: 'taken-over'; readonly by: number }
  /** A rule of the scenario has acted. */
  | { readonly type: 'fault'; readonly stage: string; readonly rule: number; readonly fault: string }
  /** A packet. `in` is from the device. The signature of a password is masked. */
  | { readonly type: 'packet'; readonly direction: 'in' | 'out'; readonly packet: Packet }
  | { readonly type: 'closed'; readonly by: 'device' | 'service'; readonly reason: string }
  /** New enrollments are in force; or the file was wrong, and the old ones stay. */
  | { readonly type: 'reloaded'; readonly enrollments: number }
  | { readonly type: 'reload-failed'; readonly reason: string }
  | { readonly type: 'state-not-saved'; readonly reason: string }
  | { readonly type: 'state-restored'; readonly registrations: number; readonly from: 'current' | 'next' | 'previous' };

/** Something that the emulator did or saw, with its time and its connection. */
export type EmulatorEvent = EventOrigin & EmulatorEventBody;
