import type { Channel } from 'node:diagnostics_channel';
import { diagnostics, util } from './node.ts';
import type { ProvisionOptions } from './provision/options.ts';
import type { Observers } from './provision/provision-over.ts';
import { observe } from './values.ts';

/** Calls the caller's callbacks, `node:diagnostics_channel` and the log of NODE_DEBUG=mote. No error of theirs ends a provisioning. */
export function observers({ registrationId, onProgress, onPacket }: ProvisionOptions): Observers {
  const { channel } = diagnostics();
  const progressChannel = channel('mote:progress');
  const packetChannel = channel('mote:packet');
  const debug = util().debuglog('mote');
  return {
    progress(event) {
      debug('%s: %s', registrationId, event.message);
      publish(progressChannel, { registrationId, event });
      observe(() => onProgress?.(event));
    },
    packet:
      onPacket || packetChannel.hasSubscribers
        ? (direction, packet) => {
            publish(packetChannel, { registrationId, direction, packet });
            observe(() => onPacket?.(direction, packet));
          }
        : undefined,
  };
}

/** Publishes on a channel. Its own `publish` rethrows errors of subscribers where nobody can catch them, so they are called one by one. */
export function publish(channel: Channel & { readonly _subscribers?: unknown }, message: object): void {
  const { _subscribers: subscribers } = channel;
  if (!Array.isArray(subscribers)) channel.publish(message);
  else for (const subscriber of [...subscribers]) observe(() => subscriber(message, channel.name));
}
