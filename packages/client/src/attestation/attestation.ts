import type { TlsTarget } from '../transport/transport.ts';

/** Text or bytes as a file holds them: any view, of any realm. */
export type Dressed = string | ArrayBufferView;

/** Proof of identity. Secrets stay in closures, so that printing an attestation shows none. */
export interface Attestation {
  readonly type: 'symmetric-key' | 'group-key' | 'x509';
  /** Throws ProvisioningError `invalid-options` when it cannot be right for this device. */
  check(registrationId: string): void;
  /** How many proofs there are to try: 2 with a secondary key. */
  readonly alternatives: number;
  /** SAS token to send as MQTT password, made anew for each connection. */
  password?(request: PasswordRequest): string | Promise<string>;
  /** HMAC-SHA256 of a text under the device's key, in base64: of its hub's tokens. */
  sign?(text: string, registrationId: string, alternative: number): string | Promise<string>;
  /** Client certificate, in the names of Node's TLS options. */
  readonly tls?: () => Pick<TlsTarget, 'ca' | 'cert' | 'key' | 'passphrase'>;
}

export interface PasswordRequest {
  readonly idScope: string;
  readonly registrationId: string;
  /** 0 is the primary key, 1 the secondary. */
  readonly alternative: number;
  /** Seconds since 1970 at which the token ends. */
  readonly expiry: number;
}
