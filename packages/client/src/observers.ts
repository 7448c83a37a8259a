import { channel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import type { Packet } from '@mote/codec';
import type { ProgressEvent } from './core/progress.ts';
import { quietly } from './core/quietly.ts';
import type { ProvisionOptions } from './options.ts';

const progressChannel = /* @__PURE__ */ channel('mote:progress');
const packetChannel = /* @__PURE__ */ channel('mote:packet');
const debug = /* @__PURE__ */ debuglog('mote');

export interface Observers {
  readonly progress: (event: ProgressEvent) => void;
  /** Undefined when nobody looks, so that packets are not put together for nothing. */
  readonly packet: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
}

/** The caller's callbacks, `node:diagnostics_channel` and NODE_DEBUG=mote. None of them can end a provisioning. */
export function observers({ registrationId, onProgress, onPacket }: ProvisionOptions): Observers {
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
