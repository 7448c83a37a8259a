import type { Clock } from '../clock.ts';
import type { Action } from '../service/mqtt/channel.ts';
import type { Connection } from '../service/mqtt/connection.ts';
import type { Peer } from '../service/mqtt/ports.ts';
import type { Service } from '../service/service.ts';

/** One device's transport, as thin as TLS and WebSocket both allow. */
export interface Link {
  write(bytes: Uint8Array): void;
  /** Bytes that the device has left unread, as far as this process holds them. */
  unsentBytes(): number;
  /** Closes after what was written. */
  end(): void;
  /** Closes at once, with a reset of TCP. */
  reset(): void;
}

/** What a transport tells the service of its connection. */
export interface ServedConnection {
  receive(bytes: Uint8Array): void;
  /** The transport is gone. */
  closed(reason?: string): void;
}

/** Connects a transport with the service. It has the only timer of a connection. */
export function serveConnection(service: Service, peer: Peer, link: Link, clock: Clock): ServedConnection {
  let connection: Connection | undefined;
  let timer: unknown;
  let check: NodeJS.Immediate | undefined;
  let finished = false;

  const perform = (action: Action): void => {
    if (finished) return;
    switch (action.type) {
      case 'send':
        link.write(action.bytes);
        // Also what the service side starts: messages, methods, desired properties.
        dropSlowReader();
        break;
      case 'wake':
        clock.clearTimeout(timer);
        timer = clock.setTimeout(
          () => guarded(() => connection?.wake(clock.now())),
          Math.max(0, action.at - clock.now()),
        );
        break;
      case 'close':
        finish();
        if (action.manner === 'reset') link.reset();
        else link.end();
        break;
    }
  };
  // A bug of ours ends this connection, and not the emulator.
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      connection?.end(clock.now(), `a mistake of the emulator: ${error}`, 'reset');
    }
  };
  const finish = (): void => {
    finished = true;
    clock.clearTimeout(timer);
    clearImmediate(check);
  };
  // The kernel first gets time to take what was just written. What is left after that the device does not read.
  const dropSlowReader = (): void => {
    if (finished || check !== undefined || !isBehind()) return;
    check = setImmediate(() => {
      check = undefined;
      if (isBehind()) connection?.end(clock.now(), 'answers are not being read', 'reset');
    });
  };
  const isBehind = (): boolean => link.unsentBytes() > service.settings.limits.maxBufferedBytes;

  guarded(() => {
    connection = service.accept(peer, perform, clock.now());
  });
  return {
    receive(bytes) {
      if (finished) return;
      guarded(() => connection?.receive(bytes, clock.now()));
    },
    closed(reason) {
      if (finished) return;
      finish();
      guarded(() => connection?.closed(clock.now(), reason));
    },
  };
}
