import { onAbort } from '../abort.ts';
import type { HubRequestType } from '../azure/hub-topics.ts';
import { now } from '../driver.ts';
import { refuseHub } from '../hub/error.ts';
import type { HubAnswer, HubRequest } from '../hub/requests.ts';
import type { HubLink } from './hub-link.ts';
import type { RequestOptions } from './hub-options.ts';
import { checkByRules, REQUEST } from './hub-rules.ts';

/** Default of `timeoutMs`: milliseconds for an answer of the hub. */
const REQUEST_MS = 60_000;

/**
 * Sends a request to the hub, again on each new connection, until it is answered. `bodyText` may throw: then nothing is sent. Rejects
 * with HubError or with the reason of the signal, always by `timeoutMs`.
 */
export function ask(
  link: HubLink,
  type: HubRequestType,
  bodyText: () => string,
  options: RequestOptions = {},
): Promise<HubAnswer> {
  const body = link.checked(() => {
    checkByRules(options, REQUEST);
    return bodyText();
  });
  const { timeoutMs = REQUEST_MS, signal } = options;
  const { machine, run } = link.exchange;
  return new Promise((resolve, reject) => {
    // Throws if the device has ended.
    link.client();
    let ignoreSignal = (): void => {};
    const request: HubRequest = {
      type,
      body,
      dueAt: now() + timeoutMs,
      settle(error, answer) {
        ignoreSignal();
        if (error === undefined) resolve(answer!);
        else reject(link.explained(error));
      },
    };
    run(machine.ask(request));
    ignoreSignal = onAbort(signal, (reason) => run(machine.withdraw(request, reason)), refuseHub);
  });
}
