import { explainHub, type HubFailure } from '../explain/hub.ts';
import type { HubError } from '../hub/error.ts';

/** Gives a HubError its sentence and its hint. The same error may come here several times, since it may settle several promises. */
export function hubWords(): (error: HubError, hostName: string) => void {
  const told = new WeakSet<object>();
  return (error, hostName) => {
    // An error of the provisioning has its words already.
    const { name } = Object(error.cause) as { readonly name?: unknown };
    if (told.has(error) || (name === 'ProvisioningError' && error.code !== 'invalid-options')) return;
    told.add(error);
    const { message, hint } = explainHub(error as HubFailure, { host: hostName });
    const { message: before, stack } = error;
    // The stack begins with the message from before, so it is replaced there, too.
    Object.assign(error, { message, stack: stack?.replace(before, () => message) });
    // The words of the MQTT client would name options of `connect`.
    Object.assign(error, { hint });
  };
}
