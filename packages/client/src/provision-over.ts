import type { Assignment } from './core/assignment.ts';
import { Driver } from './driver.ts';
import { observers } from './observers.ts';
import type { ProvisionOptions } from './options.ts';
import { registrationOptions } from './settings.ts';
import type { Transport } from './transport/transport.ts';

/** `provision`, with the transports that names and defaults may choose from. */
export async function provisionOver(options: ProvisionOptions, transports: readonly Transport[]): Promise<Assignment> {
  const registration = registrationOptions(options, transports);
  const { attestation, proxy, tls = {}, signal } = options;
  const target = { proxy, tls: { ...tls, ...attestation.tls?.() } };
  return new Promise((resolve, reject) => {
    new Driver(
      { registration, attestation, transports, target, signal, observers: observers(options) },
      resolve,
      reject,
    ).start();
  });
}
