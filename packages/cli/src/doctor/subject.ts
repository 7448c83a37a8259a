import type { HubOptions } from '@mote/client';
import type { HubIdentity } from '@mote/client/azure';
import type { FileContent } from '@mote/client/material';

/** What is checked: the settings of a device, and the machine that it runs on. */
export interface Subject {
  readonly idScope: string | undefined;
  readonly registrationId: string | undefined;
  readonly host: string;
  /** Port of MQTT over TLS. Undefined if the endpoint's port is that of WebSocket. */
  readonly mqttPort: number | undefined;
  /** Port of MQTT over WebSocket over TLS. Undefined if the endpoint's port is that of MQTT over TLS. */
  readonly webSocketPort: number | undefined;
  readonly transport: 'tls' | 'websocket' | 'auto';
  /** Base64. A key that cannot be read is here as it was given. */
  readonly key: string | undefined;
  readonly secondaryKey: string | undefined;
  readonly groupKey: string | undefined;
  /** Content of the files. Without `certKey` the private key may be in `cert`. */
  readonly cert: FileContent | undefined;
  readonly certKey: FileContent | undefined;
  readonly passphrase: string | undefined;
  /** PEM of the trusted authorities, in place of the public ones. */
  readonly ca: string | undefined;
  readonly proxy: string | undefined;
  /** The proxy of HTTPS_PROXY or ALL_PROXY, unless NO_PROXY excepts the host. */
  readonly environmentProxy: string | undefined;
  /** A SAS token that was made elsewhere. */
  readonly sas: string | undefined;
  /** Whether the device is registered at the end. */
  readonly register: boolean;
  /** Whether the assigned hub is checked, too. */
  readonly hub?: boolean;
  /** The hub of a connection string. If there is one, nothing else is checked. */
  readonly known?: HubOfSubject | undefined;
  /** The address to dial in place of the hub. */
  readonly hubDial?: HubOfSubject['dial'];
  readonly timeoutMs: number;
  /** The clock of this machine: milliseconds since 1970. */
  readonly now: () => number;
}

/** A hub with everything that is needed to connect to it. */
export interface HubOfSubject {
  readonly names: HubIdentity & { readonly hostName: string };
  readonly options: HubOptions;
  readonly dial?: { readonly host: string; readonly port: number | undefined } | undefined;
}

/** The ports of the service. The one that the transport dials first is first. */
export function portsOf({ transport, mqttPort, webSocketPort }: Subject): number[] {
  const ports = transport === 'websocket' ? [webSocketPort, mqttPort] : [mqttPort, webSocketPort];
  return [...new Set(ports.filter((port) => port !== undefined))];
}
