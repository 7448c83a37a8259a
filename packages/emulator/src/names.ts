import { isIP } from 'node:net';
import type { EnrollmentIndex } from './service/enrollment/enrollment-index.ts';
import { canonicalHost } from './service/hub/host-name.ts';
import type { Hub } from './service/hub/hub.ts';

/** Whether a hub of this name is served: a linked one, one of an enrollment, or one that a custom allocation chose. */
export function isServedHub(host: string, linked: readonly string[], { entries }: EnrollmentIndex, hub: Hub): boolean {
  const enrolled = entries.flatMap(({ iotHubs }) => iotHubs);
  const chosen = hub.devices.flatMap((device) => device.hub ?? []);
  return [...linked, ...enrolled, ...chosen].some((name) => canonicalHost(name) === host);
}

/** Everything that a device may call the emulator: who checks a certificate checks it against the name dialled. */
export function serverNames(
  host: string,
  given: readonly string[],
  linked: readonly string[],
  { entries }: EnrollmentIndex,
): string[] {
  const hubs = [...linked, ...entries.flatMap(({ iotHubs }) => iotHubs)];
  const names = ['localhost', '127.0.0.1', '::1', host, ...given, ...hubs];
  return [...new Set(names.map((name) => (isIP(name) === 0 ? name.replace(/:\d+$/, '').toLowerCase() : name)))];
}
