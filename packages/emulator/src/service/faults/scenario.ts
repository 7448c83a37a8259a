/** Where a rule acts. `connection` is the moment at which TLS (and the WebSocket) stands, before CONNECT. */
export type ScenarioStage =
  | 'connection'
  | 'connect'
  | 'subscribe'
  | 'register'
  | 'poll'
  | 'unsubscribe'
  | 'ping'
  // At the hub: what a device sends, and what is sent to it.
  | 'telemetry'
  | 'twin'
  | 'method'
  | 'method-response'
  | 'message'
  | 'desired'
  | 'certificate';

/** What goes wrong, and when. Read from JSON by `parseScenario`. */
export interface Scenario {
  readonly name?: string;
  readonly description?: string;
  /** Used when the emulator is given none. */
  readonly seed?: number;
  /** All that match a request act together; of two that say the same thing, the later one counts. */
  readonly rules: readonly ScenarioRule[];
}

export interface ScenarioRule {
  readonly on: ScenarioStage | readonly ScenarioStage[];
  /** Glob: `*` stands for any characters. Every device when left out. */
  readonly registrationId?: string;
  /** Connections to this one only: `connect`, `subscribe`, `unsubscribe` and `ping` are stages of both. */
  readonly service?: 'dps' | 'hub';
  /** Glob of the hub's host name, as the device wrote it; nothing at DPS. */
  readonly hub?: string;
  /** Id of an enrollment or group. */
  readonly enrollment?: string;
  /** Requests of a device at this stage that pass before the rule acts. */
  readonly skip?: number;
  /** How often it acts for one device; for ever when left out. */
  readonly times?: number;
  /** 0 to 1; drawn from the seed for each device and request. */
  readonly probability?: number;
  readonly fault: Fault;
}

/** Members act together: `{ "statusCode": 429, "retryAfter": 10, "trickle": {...} }` is one slow refusal. */
export interface Fault {
  // What the answer says.
  /** CONNACK 1 to 5. */
  readonly returnCode?: number;
  /** SUBACK 0x80 (128), or another QoS than the one asked for. */
  readonly subackCode?: number;
  /** 4xx or 5xx answers with the service's error body and leaves the operation as it was. */
  readonly statusCode?: number;
  readonly errorCode?: number;
  readonly message?: string;
  /** Seconds; a string is sent as it is; `null` leaves the property out. */
  readonly retryAfter?: number | string | null;
  /** `$rid` of somebody else. */
  readonly requestId?: string;
  /** Instead of the JSON. */
  readonly body?: string;
  /** Ends the operation with this status. */
  readonly status?: string;
  readonly assignedHub?: string;
  readonly deviceId?: string;
  /** Members to leave out of the JSON, such as `operationId` or `registrationState.assignedHub`. */
  readonly omit?: readonly string[];
  readonly reverseProperties?: boolean;
  /** Such as `Retry-After`. */
  readonly retryAfterName?: string;
  readonly extraProperties?: readonly string[];

  /** Added to the `$version` that a device is told of its desired properties. */
  readonly versionStep?: number;

  // Which packets it has.
  /** At the hub: what a device sent is not taken in, what it should get is not sent. */
  readonly lose?: boolean;
  /** No PUBACK for the request. */
  readonly omitAck?: boolean;
  /** The answer goes first, the PUBACK behind it. */
  readonly ackLast?: boolean;
  /** Further copies of the answer, with DUP at QoS 1. */
  readonly duplicate?: number;
  /** Bytes, in hex, in place of the answer. */
  readonly hex?: string;
  /** That many random bytes in place of the answer. */
  readonly garbage?: number;
  /** Bytes, in hex, in front of the answer. */
  readonly before?: string;

  // How it travels.
  readonly delayMs?: number;
  /** Nothing is sent from here on, and nothing that arrives is answered; the connection stays open. */
  readonly stall?: boolean;
  /** Closes the connection before the answer, in the middle of it, or behind it. */
  readonly drop?: 'before' | 'middle' | 'after';
  /** Closes behind the answer, as when a newer connection of the same device stands. */
  readonly takenOver?: boolean;
  /** At the hub: ends the links of all devices and answers CONNACK 3 for that many milliseconds. */
  readonly restartMs?: number;
  /** The drop is a reset instead of an orderly end. */
  readonly reset?: boolean;
  /** Bytes in each write. */
  readonly split?: number;
  readonly trickle?: { readonly bytes: number; readonly everyMs: number };
  /** All packets of the answer in one write. */
  readonly merge?: boolean;
}
