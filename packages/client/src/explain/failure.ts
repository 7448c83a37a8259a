import type { ProvisioningErrorCode } from '../dps/error.ts';
import type { Stage } from '../dps/stage.ts';

/** What is known of a failure: a ProvisioningError, or what its JSON was parsed to. */
export interface Failure {
  readonly code: ProvisioningErrorCode;
  readonly stage?: Stage | undefined;
  readonly message?: string | undefined;
  /** A short word of the raise site: what exactly was met. */
  readonly reason?: string | undefined;
  /** `retryAfter` does not fit the deadline. */
  readonly overdue?: boolean | undefined;
  /** Authentication that a proxy asks for. */
  readonly schemes?: readonly string[] | undefined;
  readonly packetType?: number | undefined;
  readonly packetId?: number | undefined;
  /** Of the registration. */
  readonly status?: string | undefined;
  /** Of CONNACK. */
  readonly returnCode?: number | undefined;
  /** Of a proxy, an upgrade or the service's answer. */
  readonly statusCode?: number | undefined;
  /** Six digits, of the service. */
  readonly errorCode?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** The service's answer, parsed if it is JSON. */
  readonly response?: unknown;
  readonly cause?: unknown;
  /** What the raise site knows and nobody else. */
  readonly hint?: string | undefined;
}

/** How the device was set up, as far as it is known. A hint that names a cause has looked here. */
export interface Setting {
  readonly attestation?: 'symmetric-key' | 'group-key' | 'x509' | undefined;
  readonly idScope?: string | undefined;
  readonly registrationId?: string | undefined;
  /** `host` or `host:port`, as it was given. */
  readonly endpoint?: string | undefined;
  /** `tls`, `websocket`, `auto`, or the name of another. */
  readonly transport?: string | undefined;
  /** Whether the way leads through a proxy, and whether its URL holds a user. */
  readonly proxy?: 'open' | 'with-login' | undefined;
  /** Whether an authority was given for the server's certificate. */
  readonly ca?: boolean | undefined;
  readonly csr?: boolean | undefined;
  readonly apiVersion?: string | undefined;
}
