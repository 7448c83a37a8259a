import { isReason } from './abort.ts';
import type { Assignment } from './dps/assignment.ts';
import { ProvisioningError } from './dps/error.ts';
import type { explain } from './explain/explain.ts';
import type { Setting } from './explain/failure.ts';
import { reword } from './explain/reword.ts';
import { progressSentence } from './explain/sentences.ts';
import type { ProvisionOptions } from './provision/options.ts';
import type { Observers } from './provision/provision-over.ts';
import { quietly } from './values.ts';

/**
 * Adds words to a provisioning: its errors and progress events get sentences and hints that name options of the library. The code that
 * raised an error knew what happened, but not how the device was set up.
 */
export async function inWords(
  options: ProvisionOptions,
  say: typeof explain,
  observers: (options: ProvisionOptions) => Observers,
  provision: (observers: (options: ProvisionOptions) => Observers) => Promise<Assignment>,
): Promise<Assignment> {
  const tell = (error: unknown): void => {
    // Options that were refused may be anything.
    if (error instanceof ProvisioningError) reword(error, say(error, quietly(() => settingOf(options)) ?? {}));
  };
  try {
    return await provision((given) => {
      const { progress, packet } = observers(given);
      return {
        packet,
        progress(event) {
          if (event.type === 'retrying') tell(event.cause);
          progress({ ...event, message: progressSentence(event) });
        },
      };
    });
  } catch (error) {
    if (!isReason(error, options)) tell(error);
    throw error;
  }
}

/** The facts of the options that hints look at. */
function settingOf(options: ProvisionOptions): Setting {
  const { transport = 'tls', proxy, tls, csr, attestation } = options;
  return {
    ...options,
    transport: typeof transport === 'string' ? transport : transport.name,
    proxy: proxy === undefined ? undefined : proxy.includes('@') ? 'with-login' : 'open',
    ca: tls?.ca !== undefined,
    csr: csr !== undefined,
    attestation: attestation.type,
  };
}
