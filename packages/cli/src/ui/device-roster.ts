import type { Emulator, EmulatorEvent } from '@mote/emulator';
import type { DevicesMessage } from '../pages/dashboard/messages.ts';
import { advance, type Standing } from '../pages/dashboard/standing.ts';
import { newsOf } from './notice-of.ts';

/** As many as the page lists; the oldest go first. */
const DEVICES_KEPT = 5000;

/**
 * How every device stands that the emulator knows. The emulator keeps a few thousand events; this is made of all of them, so
 * that a page which is opened late lists the devices whose packets are gone.
 */
export class DeviceRoster {
  readonly #standings = new Map<string, Standing>();
  readonly #numbers = new WeakMap<EmulatorEvent, number>();
  readonly #kept: number;
  #counted = 0;
  #more = false;

  constructor(kept: number = DEVICES_KEPT) {
    this.#kept = kept;
  }

  /** Those of before the first event: registered in an earlier run, or configured at the hub. */
  begin({ registrations, hub }: Pick<Emulator, 'registrations' | 'hub'>): void {
    for (const { registrationId, deviceId, assignedHub, lastUpdatedDateTimeUtc } of registrations.values()) {
      const outcome = `${deviceId} to ${assignedHub}`;
      this.#add({ id: registrationId, state: 'assigned', outcome, time: Date.parse(lastUpdatedDateTimeUtc) });
    }
    for (const device of hub.devices) if (device.hub === undefined) this.#addKnown(device.id);
  }

  /** To be called with each event, in order. */
  count(event: EmulatorEvent): void {
    this.#counted += 1;
    this.#numbers.set(event, this.#counted);
    const { registrationId: id } = event;
    if (id === undefined) return;
    if (event.type === 'device' && event.change === 'created') this.#addKnown(id);
    // What the hub's service side does to a device concerns no connection, and makes none known.
    if (event.connection === 0 && !this.#standings.has(id)) return;
    const standing = this.#standings.get(id) ?? this.#add({ id, state: 'connecting', outcome: '', time: 0 });
    advance(standing, newsOf(event));
  }

  /** 1 for the first event that was counted; undefined for one that is still to come. */
  numberOf(event: EmulatorEvent): number | undefined {
    return this.#numbers.get(event);
  }

  /** How many events the picture is made of. */
  get counted(): number {
    return this.#counted;
  }

  get picture(): DevicesMessage {
    return { devices: [...this.#standings.values()], more: this.#more };
  }

  #addKnown(id: string): void {
    if (!this.#standings.has(id)) this.#add({ id, state: 'known', outcome: '', time: 0 });
  }

  #add(standing: Standing): Standing {
    this.#standings.set(standing.id, standing);
    for (const oldest of this.#standings.keys()) {
      if (this.#standings.size <= this.#kept) break;
      this.#standings.delete(oldest);
      this.#more = true;
    }
    return standing;
  }
}
