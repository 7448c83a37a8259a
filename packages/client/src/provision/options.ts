import type { Packet } from '@mote/codec';
import type { Attestation } from '../attestation/attestation.ts';
import type { ProgressEvent } from '../dps/progress.ts';
import type { RetryOptions } from '../dps/registration-options.ts';
import type { TlsOptions } from '../tls-options.ts';
import type { Transport } from '../transport/transport.ts';

export type { TlsOptions };

/** Options of `provision`. Each is read once, at the call. */
export interface ProvisionOptions {
  /** ID scope of the DPS instance, such as `0ne00ABCDEF`. */
  readonly idScope: string;
  /** The name of the device at the service: 1 to 128 letters, digits and `-._:`. See `isRegistrationId`. */
  readonly registrationId: string;
  /** The key or certificate of the device: `symmetricKey`, `groupKey`, `sasSigner` or `x509`. */
  readonly attestation: Attestation;
  /** `host` or `host:port`. Default: `global.azure-devices-provisioning.net`. */
  readonly endpoint?: string | undefined;
  /** `tls` (port 8883, the default), `websocket` (port 443), `auto` (8883, then 443 if the path is blocked), or a transport of your own. */
  readonly transport?: 'tls' | 'websocket' | 'auto' | Transport | undefined;
  /** Options of TLS. None of them can turn off the check of the server's certificate. */
  readonly tls?: TlsOptions | undefined;
  /** HTTP proxy, `http://user:pass@host:port`. The connection is tunnelled with CONNECT. */
  readonly proxy?: string | undefined;
  /** A JSON object for the custom allocation policy. */
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** Certificate signing request: PEM, base64 DER or DER. It makes 2025-07-01-preview, which it needs, the default of `apiVersion`. */
  readonly csr?: string | ArrayBufferView | undefined;
  /** Default: `2019-03-31`. */
  readonly apiVersion?: string | undefined;
  /** The user agent that the service is told. */
  readonly clientVersion?: string | undefined;
  /** Keep Alive in seconds, 0 to 1177. Default: 30. */
  readonly keepAlive?: number | undefined;
  /** Milliseconds for the whole call. Default: 120,000. */
  readonly timeoutMs?: number | undefined;
  /** When it aborts, the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** When a failed attempt is repeated. */
  readonly retry?: RetryOptions | undefined;
  /** Called with each step. Errors and rejections of these two callbacks are dropped: an observer cannot end a provisioning. */
  readonly onProgress?: ((event: ProgressEvent) => unknown) | undefined;
  /** Called with each packet. Password, SAS tokens and CSR are masked. */
  readonly onPacket?: ((direction: 'sent' | 'received', packet: Packet) => unknown) | undefined;
}
