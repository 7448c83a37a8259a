import { applyChange, type DeviceState, type DeviceStatus } from './device-status.ts';
import type { DevicesMessage, Notice } from './messages.ts';

/** A device, with the notices that are kept about it. */
export interface Device extends DeviceStatus {
  readonly notices: Notice[];
  /** Whether its oldest notices were dropped. */
  dropped: boolean;
}

/** Whether the beginning of its exchange is missing: dropped here, or by the emulator before the page was opened. */
export function historyIsGone({ state, dropped, notices: [first] }: Device): boolean {
  if (first === undefined) return state !== 'known';
  return dropped || (first.type !== 'connection' && first.type !== 'device');
}

/** Notices that are kept of one device. The oldest are dropped first. */
const NOTICES_KEPT = 400;
/** Connections whose device is not known yet. */
const CONNECTIONS_KEPT = 1000;

/** Groups notices by device. A connection has notices before its CONNECT names the device: those are kept, and put in front then. */
export class Devices {
  readonly byId: Map<string, Device> = new Map();
  readonly #unnamed = new Map<number, Notice[]>();
  readonly #kept: number;
  #dropped = false;

  constructor(kept = 5000) {
    this.#kept = kept;
  }

  /** How many devices there are; `5000+` if the oldest were dropped. */
  get count(): string {
    return `${this.byId.size}${this.#dropped ? '+' : ''}`;
  }

  /** How many devices have had an exchange of which nothing is kept. */
  get silent(): number {
    let silent = 0;
    for (const device of this.byId.values()) if (device.notices.length === 0 && historyIsGone(device)) silent += 1;
    return silent;
  }

  /** The number of devices in each state, among the given ones. */
  counts(among: Iterable<Device> = this.byId.values()): Map<DeviceState, number> {
    const counts = new Map<DeviceState, number>();
    for (const { state } of among) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  /** Sets the states of all devices. Notices that are `past` are already in these states. */
  know({ devices, more }: DevicesMessage): void {
    for (const status of devices) Object.assign(this.byId.get(status.id) ?? this.#make(status.id), status);
    if (more) this.#dropped = true;
  }

  /** Adds a notice to its device, updates the device's state, and returns it. Undefined as long as the device is not known. */
  add(notice: Notice): Device | undefined {
    const { connection, registrationId: id, past = false } = notice;
    if (id === undefined) {
      if (connection > 0) this.#keep(notice);
      return undefined;
    }
    // Two kinds of notices add no device to the list: past ones (the device was dropped), and calls of the service API about a device
    // that has not connected, unless they create it.
    const made = notice.type === 'device' && notice.text === 'created';
    const device = this.byId.get(id) ?? (past || (connection === 0 && !made) ? undefined : this.#make(id, made));
    const earlier = this.#unnamed.get(connection) ?? [];
    this.#unnamed.delete(connection);
    if (device !== undefined) for (const one of [...earlier, notice]) take(device, one);
    return device;
  }

  #keep(notice: Notice): void {
    const notices = this.#unnamed.get(notice.connection) ?? [];
    this.#unnamed.set(notice.connection, [...notices, notice].slice(-20));
    for (const oldest of this.#unnamed.keys()) {
      if (this.#unnamed.size <= CONNECTIONS_KEPT) break;
      this.#unnamed.delete(oldest);
    }
  }

  #make(id: string, known = false): Device {
    const state = known ? 'known' : 'connecting';
    const device: Device = { id, state, outcome: '', time: 0, notices: [], dropped: false };
    this.byId.set(id, device);
    for (const oldest of this.byId.keys()) {
      if (this.byId.size <= this.#kept) break;
      this.byId.delete(oldest);
      this.#dropped = true;
    }
    return device;
  }
}

function take(device: Device, notice: Notice): void {
  device.notices.push(notice);
  if (device.notices.length > NOTICES_KEPT) {
    device.notices.shift();
    device.dropped = true;
  }
  if (notice.past !== true) applyChange(device, notice);
}
