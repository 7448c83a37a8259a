import { decodeBase64, encodeBase64 } from '@mote/client/azure';
import type { Hub } from './hub.ts';
import type { StoredDevice } from './hub-device.ts';
import { Twin } from './twin.ts';

/**
 * The hub's part of a state file: twins, queues, Sessions, who was disabled. Keys are not in it, since they come from enrollments and
 * configuration.
 */
export function storedDevices(hub: Hub): StoredDevice[] {
  return hub.devices.map(({ id, hub: host, enabled, isSwitched, twin, subscriptions, queue }) => ({
    id,
    hub: host,
    ...(isSwitched && { status: enabled ? ('enabled' as const) : ('disabled' as const) }),
    twin: twin.stored,
    subscriptions: subscriptions && [...subscriptions],
    queue: queue.all.map((message) => ({ ...message, body: encodeBase64(message.body) })),
  }));
}

/** Restores the kept state of devices that the hub knows. The state of other devices is dropped. */
export function restoreDevices(hub: Hub, stored: readonly StoredDevice[]): void {
  for (const { id, status, twin, subscriptions, queue } of stored) {
    const device = hub.device(id);
    if (device === undefined) continue;
    if (status !== undefined) {
      device.enabled = status === 'enabled';
      device.isSwitched = true;
    }
    device.twin = new Twin(twin);
    device.subscriptions = subscriptions && new Map(subscriptions);
    for (const message of queue) device.queue.add({ ...message, body: decodeBase64(message.body) ?? new Uint8Array() });
  }
}
