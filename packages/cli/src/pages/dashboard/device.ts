import type { DevicesMessage, Notice } from './messages.ts';
import { advance, type DeviceState, type Standing } from './standing.ts';

/** A device as its notices tell of it. */
export interface Device extends Standing {
  readonly notices: Notice[];
  /** Its oldest notices went to make room. */
  dropped: boolean;
}

/** Whether something came before the first notice that is kept: here it made room, or the emulator kept no more. */
export function historyIsGone({ state, dropped, notices: [first] }: Device): boolean {
  if (first === undefined) return state !== 'known';
  return dropped || (first.type !== 'connection' && first.type !== 'device');
}

/** Kept of one device; the oldest go first. */
const NOTICES_KEPT = 400;
const CONNECTIONS_KEPT = 1000;

/** Puts notices together by device. What a connection did before it said whose it is comes in front. */
export class Devices {
  readonly byId: Map<string, Device> = new Map();
  readonly #unnamed = new Map<number, Notice[]>();
  readonly #kept: number;
  #dropped = false;

  constructor(kept = 5000) {
    this.#kept = kept;
  }

  /** How many there are; `500+` when the oldest had to go. */
  get count(): string {
    return `${this.byId.size}${this.#dropped ? '+' : ''}`;
  }

  /** How many have said something of which nothing is kept. */
  get silent(): number {
    let silent = 0;
    for (const device of this.byId.values()) if (device.notices.length === 0 && historyIsGone(device)) silent += 1;
    return silent;
  }

  /** Devices in each state, those of `among` or all. */
  counts(among: Iterable<Device> = this.byId.values()): Map<DeviceState, number> {
    const counts = new Map<DeviceState, number>();
    for (const { state } of among) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  /** Every device as it stands now; notices that are `past` led there. */
  know({ devices, more }: DevicesMessage): void {
    for (const standing of devices) Object.assign(this.byId.get(standing.id) ?? this.#make(standing.id), standing);
    if (more) this.#dropped = true;
  }

  /** The device that the notice belongs to, brought up to date; undefined while nobody knows. */
  add(notice: Notice): Device | undefined {
    const { connection, registrationId: id, past = false } = notice;
    if (id === undefined) {
      if (connection > 0) this.#keep(notice);
      return undefined;
    }
    // What the hub's service side did to a device that is not listed makes none, except that it is made; and what is past
    // of one that is not listed went to make room.
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
  if (notice.past !== true) advance(device, notice);
}
