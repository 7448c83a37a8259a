import type { Packet } from '@mote/codec';
import { onAbort } from '../abort.ts';
import { WEB_SOCKET_PATH } from '../azure/dps.ts';
import type { Action } from '../dps/action.ts';
import type { Assignment } from '../dps/assignment.ts';
import { refuse } from '../dps/error.ts';
import type { ProgressEvent } from '../dps/progress.ts';
import { makeRegistration } from '../dps/registration.ts';
import { drive } from '../driver.ts';
import { crypto } from '../node.ts';
import type { TransportsOf } from '../option-rules.ts';
import { observe, wrong } from '../values.ts';
import { checkOptions } from './check-options.ts';
import type { ProvisionOptions } from './options.ts';

/** Seconds for which a token is valid: longer than a provisioning takes and than most clocks are wrong. */
const TOKEN_SECONDS = 3600;

/** The observers of a provisioning. Errors of theirs do not end it. */
export interface Observers {
  readonly progress: (event: ProgressEvent) => void;
  /** Undefined when nobody observes packets: then none are built for it. */
  readonly packet: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
}

/** The caller's own callbacks. */
export function callbacks({ onProgress, onPacket }: ProvisionOptions): Observers {
  return {
    progress: (event) => observe(() => onProgress?.(event)),
    packet: onPacket && ((direction, packet) => observe(() => onPacket(direction, packet))),
  };
}

/** `provision` over these transports, tried in turn. Messages of errors are code, reason and numbers. */
export function provisionOver(
  options: ProvisionOptions,
  transportsOf: TransportsOf,
  observers: (options: ProvisionOptions) => Observers = callbacks,
): Promise<Assignment> {
  let ignoreSignal = (): void => {};
  return new Promise<Assignment>((resolve, reject) => {
    const settings = checkOptions(options, transportsOf);
    const { attestation, transports, routes, tls, proxy, signal } = settings;
    const { progress, packet } = observers(settings);
    const registration = makeRegistration({
      ...settings,
      random: Math.random,
      // Random, so that no peer can answer a request before it was sent.
      requestId: () => crypto().randomBytes(16).toString('hex'),
      trace: packet,
    });
    const driver = drive<string | undefined, Exclude<Action, { type: 'dial' | 'send' | 'hang-up' | 'wait' }>>(
      registration,
      {
        routes: routes.map((route, index) => ({ ...route, transport: transports[index]! })),
        async prepare(alternative = 0) {
          const expiry = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
          const password: unknown = await attestation.password?.({ ...settings, alternative, expiry });
          if (attestation.password && typeof password !== 'string') refuse('attestation', wrong(password));
          return [password as string | undefined, { proxy, tls, path: WEB_SOCKET_PATH, protocols: ['mqtt'] }];
        },
        onAction(action) {
          if (action.type === 'progress') progress(action.event);
          else driver.stop(() => (action.type === 'assigned' ? resolve(action.assignment) : reject(action.error)));
        },
        onError: drop,
      },
    );
    function drop(reason: unknown): void {
      driver.stop(() => reject(reason), true);
    }
    ignoreSignal = onAbort(signal, drop, refuse);
    driver.start();
  }).finally(() => ignoreSignal());
}
