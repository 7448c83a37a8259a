import type { Attestation } from '../attestation/attestation.ts';
import type { HubEntry } from '../hub/life-options.ts';
import type { ProvisionOptions } from '../provision/options.ts';
import type { HubLinkOptionsBase } from './hub-options.ts';

/**
 * The last assignment of a device, kept from one start of the program to the next. It holds no secret. It counts for the same scope,
 * registration id and credential, until the certificate ends.
 */
export interface CachedAssignment extends HubEntry {
  readonly idScope: string;
  readonly registrationId: string;
  /** The time of the assignment, ISO 8601. */
  readonly savedAt: string;
  /**
   * Tells another credential from the one with which the device registered, and is of no other use: SHA-256 of the certificate, or a
   * part of a signature of nothing by the key. Empty for a key that is held elsewhere.
   */
  readonly keyFingerprint?: string | undefined;
}

/**
 * Keeps one assignment. An error or rejection of it is published on the diagnostics channel `mote:cache-error` and counts as an empty
 * cache.
 */
export interface AssignmentCache {
  /** Returns what was saved last; undefined if there is nothing. */
  load(): CachedAssignment | undefined | Promise<CachedAssignment | undefined>;
  /** Replaces what was saved before. */
  save(assignment: CachedAssignment): unknown;
  /** Removes what was saved. Only the application calls it. */
  clear?(): unknown;
}

/** The member `hub` of the options of `openDevice`, whatever its transport. */
export interface DeviceHubOptionsBase extends HubLinkOptionsBase {
  /**
   * Used at the hub in place of the provisioning's attestation, for example a certificate that was issued. A function is called before
   * every dial.
   */
  readonly attestation?: Attestation | ((entry: HubEntry) => Attestation | Promise<Attestation>) | undefined;
}

/** Options of `openDevice`, whatever its transport. */
export interface OpenDeviceOptionsBase extends Omit<ProvisionOptions, 'transport'> {
  /** Read before the provisioning service is asked, for example `fileCache(path)`. */
  readonly cache?: AssignmentCache | undefined;
  /**
   * Options of the connection to the hub. Defaults for `transport`, `tls` (without `servername`), `proxy` and `onPacket` are those of the
   * provisioning.
   */
  readonly hub?: DeviceHubOptionsBase | undefined;
}
