import type { QoS } from '@mote/codec';
import type { Attestation } from '../attestation/attestation.ts';
import type {
  ConnectOptions,
  ConnectOptionsBase,
  LeanConnectOptions,
  PublishOptions,
} from '../connect/connect-options.ts';
import type { DeviceState } from '../hub/life-options.ts';

/** What `connect` takes, and a hub does not, or which follows from the names of hub and device. */
type Follows = 'host' | 'port' | 'path' | 'clientId' | 'credentials' | 'will' | 'onState' | 'transport';

/** How a device is connected to its hub, whichever that is. */
export interface HubLinkOptionsBase extends Omit<ConnectOptionsBase, Follows> {
  /** `host:port` that is dialled in place of the hub, such as an emulator or a gateway; the certificate has to bear the hub's name. */
  readonly endpoint?: string | undefined;
  /** `2021-04-12` unless told; `renewCertificate` needs `2025-08-01-preview`. */
  readonly apiVersion?: string | undefined;
  /** DTMI of the model that the device follows. */
  readonly modelId?: string | undefined;
  /** User agent, told to the hub. */
  readonly clientVersion?: string | undefined;
  /** Seconds for which a SAS token is good, 60 to 31,536,000; 3600 unless told. It is renewed at 70 to 80 % of them. */
  readonly tokenSeconds?: number | undefined;
  /** Telemetry that the hub stores for us when the link is lost without `close`; with the property `iothub-MessageType: Will`. */
  readonly will?: (TelemetryOptions & { readonly body: unknown; readonly qos?: 0 | 1 | undefined }) | undefined;
  /** What it throws is dropped: an observer cannot end a device. */
  readonly onState?: ((state: DeviceState) => unknown) | undefined;
}

export interface HubOptionsBase extends HubLinkOptionsBase {
  /** Of the hub, as its assignment or its page has it: host, or host:port of an emulated one. */
  readonly hostName?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly moduleId?: string | undefined;
  /** Key, signer or certificate of the device; a function is asked before every dial. */
  readonly attestation?: Attestation | (() => Attestation | Promise<Attestation>) | undefined;
  /** `HostName=…;DeviceId=…;SharedAccessKey=…`, in place of the four above. */
  readonly connectionString?: string | undefined;
  /** Of the assignment. Other than absent, null and `classic` is refused: such a hub does not speak MQTT 3.1.1. */
  readonly connectionProfile?: string | null | undefined;
}

/**
 * Those of `connectHub`. What is not told here is as for `connect`, but for `cleanSession`, which is false: the hub keeps
 * subscriptions and messages while the device is away.
 */
export interface HubOptions extends HubOptionsBase {
  /** `tls` (8883, the default), `websocket` (443), `auto`, or one of your own. */
  readonly transport?: Exclude<ConnectOptions['transport'], 'tcp'>;
}

/** Those of `connectHub` in `@mote/client/lean`, where transports are values. */
export interface LeanHubOptions extends HubOptionsBase {
  readonly transport?: LeanConnectOptions['transport'];
}

/** What is said of a message beside its body. */
export interface TelemetryOptions {
  /** The application's own, by name. Null is a name without value. Names of the service (`$…`, `iothub-…`) are refused. */
  readonly properties?: Readonly<Record<string, string | null>> | undefined;
  /** `application/json` for a body that is made JSON of, unless told. */
  readonly contentType?: string | undefined;
  /** `utf-8` for a body that is made JSON of, unless told. */
  readonly contentEncoding?: string | undefined;
  readonly messageId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly creationTime?: Date | string | undefined;
  /** Of the device's model, that the message is of. */
  readonly component?: string | undefined;
  /** Of a module: the name of the output, for routes. */
  readonly outputName?: string | undefined;
}

export interface SendOptions extends TelemetryOptions, Omit<PublishOptions, 'qos'> {
  /** 1 by default. A hub closes the link on 2. */
  readonly qos?: Exclude<QoS, 2> | undefined;
}

export interface BatchOptions extends SendOptions {
  /** Bytes of one message, of which the hub's quota counts 4096 as one; 4096 by default. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds that the first value of a message waits for others; 1000 by default. */
  readonly maxDelayMs?: number | undefined;
}

export interface RequestOptions {
  /** Milliseconds, whatever happens to the connection; 60,000 by default. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
