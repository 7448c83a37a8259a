import type { Standing } from './standing.ts';

/** What the dashboard is told, by server-sent events of these names. */
export interface Messages {
  /** First, and once for each connection. */
  greeting: Greeting;
  /** Behind the greeting, and again for a page that missed something. */
  devices: DevicesMessage;
  notices: readonly Notice[];
  /** With each batch of notices, so that numbers and list agree. */
  totals: Totals;
  /** Each second. */
  pulse: Pulse;
  /** Names of the faults that are on, whoever switched them. */
  faults: readonly string[];
}

export interface Greeting {
  readonly idScope: string;
  readonly host: string;
  readonly port: number;
  readonly webSocketPort?: number | undefined;
  /** Where the authority's certificate was written. */
  readonly caFile?: string | undefined;
  readonly faults: readonly FaultChoice[];
}

export interface FaultChoice {
  readonly name: string;
  readonly description: string;
}

/** Every device that the emulator knows, in the order in which they came. */
export interface DevicesMessage {
  readonly devices: readonly Readonly<Standing>[];
  /** There were older ones, which are no longer kept. */
  readonly more: boolean;
}

/** One event of the emulator. */
export interface Notice {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** 0 where no connection is concerned. */
  readonly connection: number;
  readonly registrationId?: string;
  readonly type: string;
  readonly text: string;
  /** An answer that ends the registration, or puts it off. */
  readonly failed?: true;
  /** `devices` counts it already. */
  readonly past?: true;
  readonly packet?: {
    readonly from: 'device' | 'service';
    /** Hex; signatures are masked. */
    readonly bytes: string;
  };
}

/** What the page asks of the hub's service side. */
export interface HubCall {
  readonly action: 'twin' | 'message' | 'method' | 'desired';
  readonly deviceId: string;
  /** Body of a message, payload of a method or patch of the desired properties; empty for a twin. */
  readonly text: string;
  /** Name of the method. */
  readonly method?: string | undefined;
}

export interface HubReply {
  readonly twin?: { readonly desired: object; readonly reported: object } | undefined;
  /** What came of it, in a sentence. */
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
