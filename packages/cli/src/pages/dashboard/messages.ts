import type { DeviceStatus } from './device-status.ts';

/** The server-sent events that the dashboard gets, by name. */
export interface Messages {
  /** The first event of each connection. */
  greeting: Greeting;
  /** After the greeting, and again if the page was too slow and missed notices. */
  devices: DevicesMessage;
  notices: readonly Notice[];
  /** With each group of notices, so that the numbers agree with the list. */
  totals: Totals;
  /** Once a second. */
  rate: Rate;
  /** Names of the faults that are on. Sent after each change, also if another page made it. */
  faults: readonly string[];
}

/** What the page needs to know of the emulator. */
export interface Greeting {
  readonly idScope: string;
  readonly host: string;
  readonly port: number;
  readonly webSocketPort?: number | undefined;
  /** Path of the CA certificate. */
  readonly caFile?: string | undefined;
  readonly faults: readonly FaultChoice[];
}

/** A fault or scenario that the page can switch on, by the name that `--scenario` takes. */
export interface FaultChoice {
  readonly name: string;
  readonly description: string;
  /** One fault at one stage, not a scenario of several. */
  readonly alone: boolean;
}

/** Every device that the emulator knows, in the order in which they appeared. */
export interface DevicesMessage {
  readonly devices: readonly Readonly<DeviceStatus>[];
  /** Whether there were older ones, which are no longer kept. */
  readonly more: boolean;
}

/** One event of the emulator. */
export interface Notice {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Number of the connection; 0 if the event belongs to none. */
  readonly connection: number;
  readonly registrationId?: string;
  readonly type: string;
  readonly text: string;
  /** For an answer with an error, or one that says that the registration failed. */
  readonly failed?: true;
  /** The states in `devices` already include it. */
  readonly past?: true;
  readonly packet?: {
    readonly from: 'device' | 'service';
    /** In hex. Signatures are masked. */
    readonly bytes: string;
  };
}

/** A call of the hub's service API by the page. */
export interface HubCall {
  readonly action: 'twin' | 'message' | 'method' | 'desired';
  readonly deviceId: string;
  /** The body of a message, the payload of a method, or the patch of desired properties. Empty for `twin`. */
  readonly text: string;
  /** Name of the method. */
  readonly method?: string | undefined;
}

/** The reply to a HubCall: one of its members. */
export interface HubReply {
  readonly twin?: { readonly desired: object; readonly reported: object } | undefined;
  /** The result in a sentence. */
  readonly done?: string | undefined;
  readonly error?: string | undefined;
}

/** Numbers since the dashboard was started. */
export interface Totals {
  /** Connections that are open now. */
  readonly connections: number;
  /** Devices that were assigned, each as often as it was. */
  readonly registrations: number;
}

/** The numbers of one second. */
export interface Rate extends Totals {
  /** Registrations since the last message of this kind. */
  readonly perSecond: number;
}
