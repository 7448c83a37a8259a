import type { ProvisioningErrorCode } from '../dps/error.ts';
import type { Stage } from '../dps/stage.ts';

/** A failure: a ProvisioningError, or the object that its JSON gives. */
export interface Failure {
  readonly code: ProvisioningErrorCode;
  readonly stage?: Stage | undefined;
  readonly message?: string | undefined;
  /** A short word that says more than the code. */
  readonly reason?: string | undefined;
  /** True when `retryAfter` is longer than the time left before the deadline. */
  readonly overdue?: boolean | undefined;
  /** Authentication schemes that the proxy offers. */
  readonly schemes?: readonly string[] | undefined;
  /** Type of the packet that the peer should not have sent, 1 to 14. */
  readonly packetType?: number | undefined;
  /** Packet Identifier of that packet. */
  readonly packetId?: number | undefined;
  /** The registration status. */
  readonly status?: string | undefined;
  /** The return code of CONNACK. */
  readonly returnCode?: number | undefined;
  /** The status of a proxy, an upgrade or the service's answer. */
  readonly statusCode?: number | undefined;
  /** The service's own error number, six digits. */
  readonly errorCode?: number | undefined;
  /** Seconds that the service asked us to wait. */
  readonly retryAfter?: number | undefined;
  /** The body of the service's answer, parsed if it is JSON. */
  readonly response?: unknown;
  readonly cause?: unknown;
  /** Further fields of the error, which sentences may use. */
  readonly hint?: string | undefined;
}

/** How the device was set up, as far as it is known. Hints look at it before they name a cause. */
export interface Setting {
  /** `type` of the attestation. */
  readonly attestation?: 'symmetric-key' | 'group-key' | 'x509' | undefined;
  readonly idScope?: string | undefined;
  readonly registrationId?: string | undefined;
  /** `host` or `host:port`, as it was given. */
  readonly endpoint?: string | undefined;
  /** `tls`, `websocket`, `auto`, or the name of another transport. */
  readonly transport?: string | undefined;
  /** Whether a proxy is used, and whether its URL holds a user. */
  readonly proxy?: 'open' | 'with-login' | undefined;
  /** True when a CA was given for the server's certificate. */
  readonly ca?: boolean | undefined;
  /** Whether a certificate is asked for. */
  readonly csr?: boolean | undefined;
  readonly apiVersion?: string | undefined;
}
