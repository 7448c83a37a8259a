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
 * Sends a request to the hub, again on each new connection, until it is answered. `bodyText` may throw: then nothing is sent, and nothing
 * if the signal has aborted. Rejects with HubError or with the reason of the signal, always by `timeoutMs`, or in `usualMs` without it.
 */
export function ask(
  link: HubLink,
  type: HubRequestType,
  bodyText: () => string,
  given: RequestOptions = {},
  usualMs: number = REQUEST_MS,
): Promise<HubAnswer> {
  const options = link.checked(() => checkByRules(given, REQUEST));
  const body = link.checked(bodyText);
  const { timeoutMs = usualMs, signal } = options;
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
        else reject(link.explained(error, options));
      },
    };
    const withdraw = (reason: unknown): void => {
      reject(reason);
      run(machine.withdraw(request, reason));
    };
    ignoreSignal = link.checked(() => onAbort(signal, withdraw, refuseHub));
    if (!signal?.aborted) run(machine.ask(request));
  });
}
