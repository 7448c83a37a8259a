import type { HubOptions } from '@mote/client';
import type { HubIdentity } from '@mote/client/azure';
import type { Dressed } from '@mote/client/material';

/** What is examined: a device's settings, and the machine it runs on. */
export interface Subject {
  readonly idScope: string | undefined;
  readonly registrationId: string | undefined;
  readonly host: string;
  /** MQTT over TLS; undefined when only WebSocket is asked for. */
  readonly mqttPort: number | undefined;
  /** MQTT over WebSocket over TLS; undefined when the endpoint names another port. */
  readonly webSocketPort: number | undefined;
  readonly transport: 'tls' | 'websocket' | 'auto';
  /** Base64; what cannot be read as a key is here as it was given. */
  readonly key: string | undefined;
  readonly secondaryKey: string | undefined;
  readonly groupKey: string | undefined;
  /** As the files have them. Without `certKey` it may stand in `cert`. */
  readonly cert: Dressed | undefined;
  readonly certKey: Dressed | undefined;
  readonly passphrase: string | undefined;
  readonly ca: string | undefined;
  readonly proxy: string | undefined;
  /** What HTTPS_PROXY says, unless NO_PROXY takes the host out. */
  readonly environmentProxy: string | undefined;
  /** A token made elsewhere. */
  readonly sas: string | undefined;
  /** Whether a real registration may be tried at the end. */
  readonly register: boolean;
  /** Whether the assigned hub is examined, too. */
  readonly hub?: boolean;
  /** A hub that is known: nothing else is examined then. */
  readonly known?: HubOfSubject | undefined;
  /** What is dialled in place of the hub. */
  readonly hubDial?: HubOfSubject['dial'];
  readonly timeoutMs: number;
  /** Milliseconds since 1970, as this machine believes. */
  readonly now: () => number;
}

export interface HubOfSubject {
  readonly names: HubIdentity & { readonly hostName: string };
  readonly options: HubOptions;
  readonly dial?: { readonly host: string; readonly port: number | undefined } | undefined;
}

/** The ports that the transport would dial, the likelier one first. */
export function portsOf({ transport, mqttPort, webSocketPort }: Subject): number[] {
  const ports = transport === 'websocket' ? [webSocketPort, mqttPort] : [mqttPort, webSocketPort];
  return [...new Set(ports.filter((port) => port !== undefined))];
}
