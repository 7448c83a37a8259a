import { explainHub, type HubFailure } from '../explain/hub.ts';
import type { HubError } from '../hub/error.ts';

/** Gives a HubError its sentence and its hint. It may be told to many, and says the same to each. */
export function hubWords(): (error: HubError, hostName: string) => void {
  const told = new WeakSet<object>();
  return (error, hostName) => {
    // What comes from the provisioning has the words of that.
    const { name } = Object(error.cause) as { readonly name?: unknown };
    if (told.has(error) || (name === 'ProvisioningError' && error.code !== 'invalid-options')) return;
    told.add(error);
    const { message, hint } = explainHub(error as HubFailure, { host: hostName });
    const { message: before, stack } = error;
    // The stack begins with the message that the error had when it was made.
    Object.assign(error, { message, stack: stack?.replace(before, () => message) });
    // That of the MQTT client would name its options.
    Object.assign(error, { hint });
  };
}
