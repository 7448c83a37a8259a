import type { Standing } from './standing.ts';

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
  pulse: Pulse;
  /** Names of the faults that are on. Sent after each change, also if another page made it. */
  faults: readonly string[];
}

export interface Greeting {
  readonly idScope: string;
  readonly host: string;
  readonly port: number;
  readonly webSocketPort?: number | undefined;
  /** Path of the CA certificate. */
  readonly caFile?: string | undefined;
  readonly faults: readonly FaultChoice[];
}

export interface FaultChoice {
  readonly name: string;
  readonly description: string;
  /** One fault at one stage, not a scenario of several. */
  readonly alone: boolean;
}

/** Every device that the emulator knows, in the order in which they appeared. */
export interface DevicesMessage {
  readonly devices: readonly Readonly<Standing>[];
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

export interface HubReply {
  readonly twin?: { readonly desired: object; readonly reported: object } | undefined;
  /** The result in a sentence. */
  readonly done?: string | undefined;
  readonly error?: string | undefined;
}

export interface Totals {
  readonly connections: number;
  /** Since the dashboard was started. */
  readonly registrations: number;
}

export interface Pulse extends Totals {
  readonly perSecond: number;
}
