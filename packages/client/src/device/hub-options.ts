import type { QoS } from '@mote/codec';
import type { Attestation } from '../attestation/attestation.ts';
import type {
  ConnectOptions,
  ConnectOptionsBase,
  LeanConnectOptions,
  PublishOptions,
} from '../connect/connect-options.ts';
import type { DeviceState } from '../hub/life-options.ts';

/** Options of `connect` that a hub does not support, or that follow from hub and device. */
type Follows = 'host' | 'port' | 'path' | 'clientId' | 'credentials' | 'will' | 'onState' | 'transport';

/** Options of a device's connection that do not depend on which hub it is. */
export interface HubLinkOptionsBase extends Omit<ConnectOptionsBase, Follows> {
  /** `host:port` to dial in place of the hub's name, such as an emulator or a gateway. The server's certificate must still name the hub. */
  readonly endpoint?: string | undefined;
  /** Default: `2021-04-12`. `renewCertificate` needs `2025-08-01-preview`. */
  readonly apiVersion?: string | undefined;
  /** DTMI of the device's model. */
  readonly modelId?: string | undefined;
  /** The user agent that the hub is told. */
  readonly clientVersion?: string | undefined;
  /** Seconds for which a SAS token is valid, 60 to 31,536,000. Default: 3600. It is renewed when 70 to 80 % of them are over. */
  readonly tokenSeconds?: number | undefined;
  /**
   * A message that the hub adds to the telemetry when the connection is lost without `close`. The hub marks it with the property
   * `iothub-MessageType: Will`.
   */
  readonly will?: (TelemetryOptions & { readonly body: unknown; readonly qos?: 0 | 1 | undefined }) | undefined;
  /** Called with each state. An error that it throws is dropped: an observer cannot end a device. */
  readonly onState?: ((state: DeviceState) => unknown) | undefined;
}

/** Options of `connectHub`, whatever its transport: a `connectionString`, or host, device and attestation. */
export interface HubOptionsBase extends HubLinkOptionsBase {
  /** The hub's host name, as the assignment or the portal gives it. For an emulated hub `host:port` is possible. */
  readonly hostName?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly moduleId?: string | undefined;
  /** Key, signer or certificate of the device. A function is called before every dial. */
  readonly attestation?: Attestation | (() => Attestation | Promise<Attestation>) | undefined;
  /** `HostName=…;DeviceId=…;SharedAccessKey=…`, in place of the four options above. */
  readonly connectionString?: string | undefined;
  /** The assignment's `connectionProfile`. Anything but undefined, null and `classic` is refused: such a hub does not speak MQTT 3.1.1. */
  readonly connectionProfile?: string | null | undefined;
}

/**
 * Options of `connectHub`. Defaults are those of `connect`, except `cleanSession`, which is false: the hub keeps subscriptions and
 * messages while the device is offline.
 */
export interface HubOptions extends HubOptionsBase {
  /** `tls` (port 8883, the default), `websocket` (port 443), `auto` (both in turn), or a transport of your own. */
  readonly transport?: Exclude<ConnectOptions['transport'], 'tcp'>;
}

/** Options of `connectHub` in `@mote/client/lean`, where transports are values. */
export interface LeanHubOptions extends HubOptionsBase {
  /** Default `tlsTransport`. Several are tried in turn until one connects. */
  readonly transport?: LeanConnectOptions['transport'];
  readonly proxy?: LeanConnectOptions['proxy'];
}

/** Properties of a telemetry message. */
export interface TelemetryOptions {
  /** The application's own properties. Null is a name without a value. Names of the service (`$…`, `iothub-…`) are refused. */
  readonly properties?: Readonly<Record<string, string | null>> | undefined;
  /** Default: `application/json` for a body that is sent as JSON, otherwise none. */
  readonly contentType?: string | undefined;
  /** Default: `utf-8` for a body that is sent as JSON, otherwise none. */
  readonly contentEncoding?: string | undefined;
  /** Up to 128 characters. The hub passes it on. */
  readonly messageId?: string | undefined;
  /** Passed on by the hub. */
  readonly correlationId?: string | undefined;
  /** When the message was made. */
  readonly creationTime?: Date | string | undefined;
  /** The component of the device's model that sends the message. */
  readonly component?: string | undefined;
  /** For a module: the output, which routes refer to. */
  readonly outputName?: string | undefined;
}

/** How one telemetry message is sent. */
export interface SendOptions extends TelemetryOptions, Omit<PublishOptions, 'qos'> {
  /** Default: 1. A hub closes the connection on QoS 2. */
  readonly qos?: Exclude<QoS, 2> | undefined;
}

/** How values are collected into messages, and how those are sent. */
export interface BatchOptions extends SendOptions {
  /** Most bytes of one message. Default: 4096, which the hub's quota counts as one message. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds that the first value of a message waits for more. Default: 1000. */
  readonly maxDelayMs?: number | undefined;
}

/** How long a request to the hub may take. */
export interface RequestOptions {
  /** Milliseconds for the answer, reconnects included. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /** When it aborts, the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `device.messages`. */
export interface MessagesOptions {
  /** Ends the loop when it aborts. */
  readonly signal?: AbortSignal | undefined;
}
