import type { Packet } from '@mote/codec';
import type { ProgressEvent } from './core/progress.ts';
import { quietly } from './core/quietly.ts';
import { diagnostics, util } from './node.ts';
import type { ProvisionOptions } from './options.ts';

export interface Observers {
  readonly progress: (event: ProgressEvent) => void;
  /** Undefined when nobody looks, so that packets are not put together for nothing. */
  readonly packet: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
}

/** The caller's callbacks, `node:diagnostics_channel` and NODE_DEBUG=mote. None of them can end a provisioning. */
export function observers({ registrationId, onProgress, onPacket }: ProvisionOptions): Observers {
  const { channel } = diagnostics();
  const progressChannel = channel('mote:progress');
  const packetChannel = channel('mote:packet');
  const debug = util().debuglog('mote');
  return {
    progress(event) {
      debug('%s: %s', registrationId, event.message);
      progressChannel.publish({ registrationId, event });
      quietly(() => onProgress?.(event));
    },
    packet:
      onPacket || packetChannel.hasSubscribers
        ? (direction, packet) => {
            packetChannel.publish({ registrationId, direction, packet });
            quietly(() => onPacket?.(direction, packet));
          }
        : undefined,
  };
}
