import { type Abortable, isReason } from '../abort.ts';
import { explainHub, type HubFailure } from '../explain/hub.ts';
import { reword } from '../explain/reword.ts';
import type { HubError } from '../hub/error.ts';

/**
 * Returns a function that gives a HubError its sentence and its hint. The same error may come here several times, since it may settle
 * several promises. The reason of a signal, of `options` or of `call`, stays as it is.
 */
export function hubWords(options: Abortable): (error: HubError, hostName: string, call?: Abortable) => void {
  const told = new WeakSet<object>();
  return (error, hostName, call = {}) => {
    if (isReason(error, options) || isReason(error, call)) return;
    // An error of the provisioning has its words already.
    const { name } = Object(error.cause) as { readonly name?: unknown };
    if (told.has(error) || (name === 'ProvisioningError' && error.stage === 'provision')) return;
    told.add(error);
    // A hint of the MQTT client, which names options of `connect`, is replaced even if there is none in its place.
    reword(error, explainHub(error as HubFailure, { host: hostName }));
  };
}
