import type { ProvisioningError } from './core/error.ts';
import { quietly } from './core/quietly.ts';
import { explain } from './explain/explain.ts';
import type { Setting } from './explain/failure.ts';
import type { ProvisionOptions } from './options.ts';

/** Gives an error its words; the one who raised it knew what happened, and not how the device was set up. */
export type Explain = (error: ProvisioningError) => void;

/** The words of this provisioning, in the names of the library's options. */
export function wordsOf(options: ProvisionOptions): Explain {
  return (error) => {
    const { hint } = explain(error, settingOf(options));
    if (hint !== undefined) Object.assign(error, { hint });
  };
}

function settingOf({
  idScope,
  registrationId,
  endpoint,
  transport = 'tls',
  proxy,
  tls,
  csr,
  apiVersion,
  attestation,
}: ProvisionOptions): Setting {
  return {
    idScope,
    registrationId,
    endpoint,
    transport: typeof transport === 'string' ? transport : transport.name,
    proxy: proxy === undefined ? undefined : quietly(() => new URL(proxy))?.username ? 'with-login' : 'open',
    ca: tls?.ca !== undefined,
    csr: csr !== undefined,
    apiVersion,
    attestation: attestation.type,
  };
}
