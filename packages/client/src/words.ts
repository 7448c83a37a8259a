import type { Assignment } from './dps/assignment.ts';
import { ProvisioningError } from './dps/error.ts';
import type { explain } from './explain/explain.ts';
import type { Setting } from './explain/failure.ts';
import { progressSentence } from './explain/sentences.ts';
import type { ProvisionOptions } from './provision/options.ts';
import type { Observers } from './provision/provision-over.ts';
import { quietly } from './values.ts';

/** A provisioning whose errors and progress events get their words, in the names of the library's options, and then `observers` them. */
export async function inWords(
  options: ProvisionOptions,
  say: typeof explain,
  observers: (options: ProvisionOptions) => Observers,
  provision: (observers: (options: ProvisionOptions) => Observers) => Promise<Assignment>,
): Promise<Assignment> {
  const tell = (error: unknown): void => {
    // Options that are refused may be of any form.
    if (error instanceof ProvisioningError) giveWords(error, quietly(() => settingOf(options)) ?? {}, say);
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
    tell(error);
    throw error;
  }
}

/** The one who raised it knew what happened, and not how the device was set up. */
export function giveWords(error: ProvisioningError, setting: Setting, say: typeof explain): void {
  const words = say(error, setting);
  const { message, stack } = error;
  // The stack begins with the message that the error had when it was made.
  Object.assign(error, words, { stack: stack?.replace(message, () => words.message) });
}

/** The options that a Setting has, too, are as they were given. */
function settingOf(options: ProvisionOptions): Setting {
  const { transport = 'tls', proxy, tls, csr, attestation } = options;
  return {
    ...options,
    transport: typeof transport === 'string' ? transport : transport.name,
    proxy: proxy === undefined ? undefined : quietly(() => new URL(proxy))?.username ? 'with-login' : 'open',
    ca: tls?.ca !== undefined,
    csr: csr !== undefined,
    attestation: attestation.type,
  };
}
