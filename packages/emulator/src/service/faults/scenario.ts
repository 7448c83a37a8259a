/** The stage at which a rule acts. `connection` is after TLS (and WebSocket) is open and before CONNECT. */
export type ScenarioStage =
  | 'connection'
  | 'connect'
  | 'subscribe'
  | 'register'
  | 'poll'
  | 'unsubscribe'
  | 'ping'
  // At the hub: packets of a device, and packets to it.
  | 'telemetry'
  | 'twin'
  | 'method'
  | 'method-response'
  | 'message'
  | 'desired'
  | 'certificate';

/** A list of faults with their conditions. `parseScenario` reads it from JSON. */
export interface Scenario {
  /** Shown in events. */
  readonly name?: string;
  /** Shown to people. */
  readonly description?: string;
  /** The seed, if the emulator was started without one. */
  readonly seed?: number;
  /** All rules that match a request act together. If two set the same member, the later one counts. */
  readonly rules: readonly ScenarioRule[];
}

/** When a fault happens, and to whom. All members that are given have to match. */
export interface ScenarioRule {
  /** One stage, or several. */
  readonly on: ScenarioStage | readonly ScenarioStage[];
  /** Pattern of registration ids, in which `*` stands for any characters. Default: every device. */
  readonly registrationId?: string;
  /** Only connections to this service. Needed for `connect`, `subscribe`, `unsubscribe` and `ping`, which are stages of both. */
  readonly service?: 'dps' | 'hub';
  /** Pattern of the hub's host name as the device wrote it. Matches nothing at DPS. */
  readonly hub?: string;
  /** Only devices of this enrollment or group. */
  readonly enrollment?: string;
  /** Number of requests of a device at this stage that pass before the rule acts. */
  readonly skip?: number;
  /** How often the rule acts for one device. Default: always. */
  readonly times?: number;
  /** From 0 to 1. The random number for each device and request follows from the seed. */
  readonly probability?: number;
  /** What happens. */
  readonly fault: Fault;
}

/** A fault. Its members act together: `{ "statusCode": 429, "retryAfter": 10, "trickle": {...} }` is one slow refusal. */
export interface Fault {
  // Content of the answer.
  /** Return code of CONNACK, 1 to 5. */
  readonly returnCode?: number;
  /** Return code of SUBACK: 128 refuses; 0 or 1 grants another QoS. */
  readonly subackCode?: number;
  /** 4xx or 5xx: answers with the service's error body. The operation does not change. */
  readonly statusCode?: number;
  /** The service's error number in that body, six digits. */
  readonly errorCode?: number;
  /** The message in that body. */
  readonly message?: string;
  /** `retry-after` in seconds. A string is sent unchanged; `null` leaves the property out. */
  readonly retryAfter?: number | string | null;
  /** `$rid` of the answer, in place of that of the request. */
  readonly requestId?: string;
  /** The body, in place of the JSON. */
  readonly body?: string;
  /** Ends the operation with this status. */
  readonly status?: string;
  /** In the answer, in place of the real one. */
  readonly assignedHub?: string;
  /** In the answer, in place of the real one. */
  readonly deviceId?: string;
  /** Members that are left out of the JSON, such as `operationId` or `registrationState.assignedHub`. */
  readonly omit?: readonly string[];
  /** The properties in the topic are in the opposite order. */
  readonly reverseProperties?: boolean;
  /** Name of the property `retry-after`, such as `Retry-After`. */
  readonly retryAfterName?: string;
  /** Properties that are added to the topic. */
  readonly extraProperties?: readonly string[];

  /** Added to the `$version` of the desired properties that a device gets. */
  readonly versionStep?: number;

  // Packets of the answer.
  /** At the hub: a packet of the device is ignored, a packet to it is not sent. */
  readonly lose?: boolean;
  /** No PUBACK for the request. */
  readonly omitAck?: boolean;
  /** The answer is sent before the PUBACK of the request. */
  readonly ackLast?: boolean;
  /** Number of further copies of the answer, with DUP at QoS 1. */
  readonly duplicate?: number;
  /** Bytes in hex that are sent in place of the answer. */
  readonly hex?: string;
  /** Number of random bytes that are sent in place of the answer. */
  readonly garbage?: number;
  /** Bytes in hex that are sent before the answer. */
  readonly before?: string;

  // Delivery of the answer.
  /** Milliseconds before the answer is sent. */
  readonly delayMs?: number;
  /** From here on nothing is sent and nothing is answered. The connection stays open. */
  readonly stall?: boolean;
  /** Closes the connection before, within, or after the answer. */
  readonly drop?: 'before' | 'middle' | 'after';
  /** Closes after the answer, as if a newer connection of the same device had come. */
  readonly takenOver?: boolean;
  /** At the hub: closes the connections of all devices, and answers CONNACK 3 for this many milliseconds. */
  readonly restartMs?: number;
  /** The connection ends with a TCP reset, not with an orderly close. */
  readonly reset?: boolean;
  /** Number of bytes in each write. */
  readonly split?: number;
  /** The answer is sent in pieces of so many bytes, one every so many milliseconds. */
  readonly trickle?: { readonly bytes: number; readonly everyMs: number };
  /** All packets of the answer in one write. */
  readonly merge?: boolean;
}
