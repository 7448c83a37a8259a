// Provisions with sockets, clock and timer of your own: the Registration says what to do, this does it. Here they are Node's;
// on another runtime, replace the three marked lines.

import { connect, type TLSSocket } from 'node:tls';
import { type Action, type Assignment, createSasToken, Registration } from '@mote/client';

export interface Device {
  readonly idScope: string;
  readonly registrationId: string;
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly ca?: string;
}

export function provisionByHand({ key, host, port, ca, ...identity }: Device): Promise<Assignment> {
  const routes = [{ transport: 'by hand', host, port }];
  const registration = new Registration({ ...identity, routes, timeoutMs: 60_000, random: Math.random });
  const now = (): number => performance.now(); // a clock that never steps back, in milliseconds

  return new Promise((resolve, reject) => {
    let socket: TLSSocket | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const dial = (): void => {
      const opened = connect({ host, port, servername: host, ...(ca && { ca }) }); // a connection
      socket = opened;
      const isPresent = (): boolean => socket === opened;
      opened.on('secureConnect', () => {
        const expiry = Math.floor(Date.now() / 1000) + 3600;
        perform(registration.connected(createSasToken({ ...identity, key, expiry }), now()));
      });
      opened.on('data', (bytes) => isPresent() && perform(registration.receive(bytes, now())));
      opened.on('error', (error) => isPresent() && perform(registration.lost(error, now())));
      opened.on('close', () => isPresent() && perform(registration.lost(undefined, now())));
    };

    const perform = (actions: readonly Action[]): void => {
      for (const action of actions) {
        if (action.type === 'dial') dial();
        else if (action.type === 'send') socket?.write(action.bytes);
        else if (action.type === 'hang-up') socket = void socket?.destroy();
        else if (action.type === 'wait') {
          clearTimeout(timer);
          timer = setTimeout(() => perform(registration.wake(now())), action.until - now() + 1); // a timer
        } else if (action.type === 'assigned' || action.type === 'failed') {
          clearTimeout(timer);
          socket?.end();
          if (action.type === 'assigned') resolve(action.assignment);
          else reject(action.error);
        }
      }
    };

    perform(registration.start(now()));
  });
}
