import type { Attestation } from '../attestation/attestation.ts';
import type { Assignment } from '../dps/assignment.ts';
import { HubError } from '../hub/error.ts';
import { crypto } from '../node.ts';
import { quietly } from '../values.ts';
import type { AssignmentCache, CachedAssignment } from './open-device-options.ts';

// What only the full entry does for the cache of a device: small bundles have no room for it.

/**
 * What an entry says of the device's certificate: of the one that was issued with the assignment, or the attestation's. Undefined with a
 * key.
 */
export function knownCertificate(
  attestation: Attestation,
  assignment?: Assignment,
): Pick<CachedAssignment, 'keyFingerprint' | 'certificateNotAfter'> | undefined {
  const [issued] = assignment?.issuedCertificateChain ?? [];
  return read(issued && Buffer.from(issued, 'base64')) ?? read(quietly(() => attestation.tls?.().cert));
}

/** Undefined for what is no certificate. */
function read(cert: unknown): ReturnType<typeof knownCertificate> {
  return quietly(() => {
    const { fingerprint256, validTo } = new (crypto().X509Certificate)(cert as string);
    return { keyFingerprint: fingerprint256, certificateNotAfter: new Date(validTo).toISOString() };
  });
}

/** Milliseconds that a cache may take. */
const CACHE_MS = 5000;

/** The cache, whose silence is a failure: a device does not wait for it any longer than this. */
export function answering(cache: AssignmentCache): AssignmentCache {
  return {
    load: () => within(() => cache.load()),
    save: (assignment) => within(() => cache.save(assignment)),
  };
}

async function within<Result>(call: () => Result | Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, CACHE_MS, new HubError('timed-out', 'provision', { reason: 'cache' }));
    // A device that was given up meanwhile must not keep the process from its end. While it opens or dials it has timers of its own.
    timer.unref?.();
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
}
