import type { EnrollmentEntry } from '../service/enrollment/enrollment-index.ts';

/** Warnings about enrollments that load but may not work as they look. */
export function loadWarnings(entries: readonly EnrollmentEntry[]): string[] {
  return entries.flatMap(warningsOf);
}

function warningsOf({ kind, id, deviceId, attestation, source }: EnrollmentEntry): string[] {
  const warnings: string[] = [];
  const enrollment = `${kind} enrollment ${id}`;
  const wildcard = /[#+]/.exec(deviceId ?? '')?.[0];
  if (wildcard !== undefined) {
    warnings.push(
      `${enrollment}: device id "${deviceId}" holds ${wildcard}, which no topic name may hold [MQTT-3.3.2-2]: this device cannot send over MQTT`,
    );
  }
  if (attestation.type !== 'x509' || source.attestation.type !== 'x509' || kind === 'individual') return warnings;
  const { caReferences, signingCertificates } = source.attestation.x509 ?? {};
  const names = [caReferences?.primary, caReferences?.secondary].filter((name) => name != null);
  if (names.length > 0 && signingCertificates == null) {
    warnings.push(
      `${enrollment}: the CA ${names.map((name) => `"${name}"`).join(' and ')} is not in the export; the emulator's own device CA stands in. Its PEM belongs into signingCertificates.primary.certificate`,
    );
  }
  if (attestation.thumbprints.length > 0) {
    warnings.push(`${enrollment}: its CA is known by thumbprint only, so each device has to send it in its chain`);
  }
  return warnings;
}

/** True for an address that other machines may reach. */
export function reachWarning(host: string): string | undefined {
  if (/^(?:localhost|127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i.test(host)) return undefined;
  return `${host} may be reached from other machines: whoever reaches the ports may try to register and see what the emulator answers; 127.0.0.1 keeps it on this one`;
}
