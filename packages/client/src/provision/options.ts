import type { Packet } from '@mote/codec';
import type { Attestation } from '../attestation/attestation.ts';
import type { ProgressEvent } from '../dps/progress.ts';
import type { RetryOptions } from '../dps/registration-options.ts';
import type { TlsOptions } from '../tls-options.ts';
import type { Transport } from '../transport/transport.ts';

export type { TlsOptions };

export interface ProvisionOptions {
  /** Of the DPS instance, such as `0ne00ABCDEF`. */
  readonly idScope: string;
  readonly registrationId: string;
  readonly attestation: Attestation;
  /** `host` or `host:port`; `global.azure-devices-provisioning.net` unless told. */
  readonly endpoint?: string | undefined;
  /** `tls` (8883, the default), `websocket` (443), `auto` (8883, then 443 where the path is blocked), or one of your own. */
  readonly transport?: 'tls' | 'websocket' | 'auto' | Transport | undefined;
  readonly tls?: TlsOptions | undefined;
  /** `http://user:pass@host:port`, tunnelled through with CONNECT. */
  readonly proxy?: string | undefined;
  /** A JSON object for a custom allocation policy. */
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** Certificate signing request: PEM, base64 DER or DER. Needs api-version 2025-07-01-preview, the default when it is given. */
  readonly csr?: string | ArrayBufferView | undefined;
  /** `2019-03-31` unless told. */
  readonly apiVersion?: string | undefined;
  /** User agent, told to the service. */
  readonly clientVersion?: string | undefined;
  /** Seconds, 0 to 1177; 30 unless told. */
  readonly keepAlive?: number | undefined;
  /** For everything together; 120,000 unless told. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly retry?: RetryOptions | undefined;
  /** What these two throw, or reject with, is dropped: an observer cannot end a provisioning. */
  readonly onProgress?: ((event: ProgressEvent) => unknown) | undefined;
  /** Packets with password and CSR masked. */
  readonly onPacket?: ((direction: 'sent' | 'received', packet: Packet) => unknown) | undefined;
}
