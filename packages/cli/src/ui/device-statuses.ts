import type { Emulator, EmulatorEvent } from '@mote/emulator';
import { applyChange, type DeviceStatus } from '../pages/dashboard/device-status.ts';
import type { DevicesMessage } from '../pages/dashboard/messages.ts';
import { changeOf } from './notice-of.ts';

/** Devices that are kept, as many as the page lists. The oldest are dropped first. */
const DEVICES_KEPT = 5000;

/**
 * The state of every device that the emulator knows. The emulator keeps only some thousand events, but the states follow from all of
 * them. So a page that is opened late also lists devices whose events are no longer kept.
 */
export class DeviceStatuses {
  readonly #statuses = new Map<string, DeviceStatus>();
  readonly #numbers = new WeakMap<EmulatorEvent, number>();
  readonly #kept: number;
  #counted = 0;
  #more = false;

  constructor(kept: number = DEVICES_KEPT) {
    this.#kept = kept;
  }

  /** Adds the devices from before the first event: registered in an earlier run, or configured at the hub. */
  begin({ registrations, hub }: Pick<Emulator, 'registrations' | 'hub'>): void {
    for (const { registrationId, deviceId, assignedHub, lastUpdatedDateTimeUtc } of registrations.values()) {
      const outcome = `${deviceId} to ${assignedHub}`;
      this.#add({ id: registrationId, state: 'assigned', outcome, time: Date.parse(lastUpdatedDateTimeUtc) });
    }
    for (const device of hub.devices) if (device.hub === undefined) this.#addKnown(device.id);
  }

  /** Must be called with each event, in order. */
  count(event: EmulatorEvent): void {
    this.#counted += 1;
    this.#numbers.set(event, this.#counted);
    const { registrationId: id } = event;
    if (id === undefined) return;
    if (event.type === 'device' && event.change === 'created') this.#addKnown(id);
    // A call of the service API about a device that is not listed adds no device: it has not connected.
    if (event.connection === 0 && !this.#statuses.has(id)) return;
    const status = this.#statuses.get(id) ?? this.#add({ id, state: 'connecting', outcome: '', time: 0 });
    applyChange(status, changeOf(event));
  }

  /** The number of an event, from 1 on. Undefined for one that was not counted yet. */
  numberOf(event: EmulatorEvent): number | undefined {
    return this.#numbers.get(event);
  }

  /** How many events were counted. */
  get counted(): number {
    return this.#counted;
  }

  /** The message for a page: the states of all devices after the events that were counted. */
  get message(): DevicesMessage {
    return { devices: [...this.#statuses.values()], more: this.#more };
  }

  #addKnown(id: string): void {
    if (!this.#statuses.has(id)) this.#add({ id, state: 'known', outcome: '', time: 0 });
  }

  #add(status: DeviceStatus): DeviceStatus {
    this.#statuses.set(status.id, status);
    for (const oldest of this.#statuses.keys()) {
      if (this.#statuses.size <= this.#kept) break;
      this.#statuses.delete(oldest);
      this.#more = true;
    }
    return status;
  }
}
