import type { TlsTarget } from '../transport/transport.ts';

/** The content of a file, as text or as bytes: any view, of any realm. */
export type FileContent = string | ArrayBufferView;

/** How a device proves its identity. Secrets are kept in closures, so that printing an attestation shows none. */
export interface Attestation {
  readonly type: 'symmetric-key' | 'group-key' | 'x509';
  /** Throws ProvisioningError `invalid-options` when it cannot belong to this device. */
  check(registrationId: string): void;
  /** Number of keys to try: 2 with a secondary key. */
  readonly alternatives: number;
  /** Makes the SAS token that is the MQTT password, for each connection a new one. */
  password?(request: PasswordRequest): string | Promise<string>;
  /**
   * Returns the HMAC-SHA256 of a text under the device's key, base64. Used for tokens of the hub, and of no text for a fingerprint: a
   * key that is held elsewhere, which signs tokens alone, then gives an empty text.
   */
  sign?(text: string, registrationId: string, alternative: number): string | Promise<string>;
  /** The client certificate, under the names of Node's TLS options. */
  readonly tls?: () => Pick<TlsTarget, 'ca' | 'cert' | 'key' | 'passphrase'>;
}

/** What a SAS token is made for. The token itself is the MQTT password. */
export interface PasswordRequest {
  readonly idScope: string;
  readonly registrationId: string;
  /** 0 is the primary key, 1 the secondary one. */
  readonly alternative: number;
  /** Seconds since 1970 at which the token ends. */
  readonly expiry: number;
}
