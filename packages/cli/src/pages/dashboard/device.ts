import type { Notice } from './messages.ts';

export type DeviceState = 'connecting' | 'connected' | 'registering' | 'assigned' | 'refused' | 'gone';

/** A device as its notices tell of it. */
export interface Device {
  readonly id: string;
  state: DeviceState;
  /** The hub, or why not. */
  outcome: string;
  readonly notices: Notice[];
  /** Its oldest notices went to make room. */
  dropped: boolean;
}

/** Whether something came before the first notice that is kept: here it made room, or the emulator kept no more. */
export function historyIsGone({ dropped, notices }: Device): boolean {
  return dropped || (notices[0]?.type ?? 'connection') !== 'connection';
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
  #assigned = 0;

  constructor(kept = 5000) {
    this.#kept = kept;
  }

  /** How many there are; `500+` when the oldest had to go. */
  get count(): string {
    return `${this.byId.size}${this.#dropped ? '+' : ''}`;
  }

  /** How many registrations the notices so far told of. */
  get assigned(): number {
    return this.#assigned;
  }

  /** Devices in each state, those of `among` or all. */
  counts(among: Iterable<Device> = this.byId.values()): Map<DeviceState, number> {
    const counts = new Map<DeviceState, number>();
    for (const { state } of among) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  /** The device that the notice belongs to, brought up to date; undefined while nobody knows. */
  add(notice: Notice): Device | undefined {
    const { connection, registrationId } = notice;
    if (notice.type === 'assigned') this.#assigned += 1;
    if (connection === 0) return this.#addOfService(notice);
    if (registrationId === undefined) {
      this.#keep(notice);
      return undefined;
    }
    const device = this.byId.get(registrationId) ?? this.#make(registrationId);
    for (const earlier of this.#unnamed.get(connection) ?? []) take(device, earlier);
    this.#unnamed.delete(connection);
    take(device, notice);
    return device;
  }

  /** What the hub's service side did to a device that is listed: no connection is concerned. */
  #addOfService(notice: Notice): Device | undefined {
    const device = this.byId.get(notice.registrationId ?? '');
    if (device !== undefined) take(device, notice);
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

  #make(id: string): Device {
    const device: Device = { id, state: 'connecting', outcome: '', notices: [], dropped: false };
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
  const { state } = device;
  device.state = stateAfter(state, notice);
  if (device.state === 'assigned' || device.state === 'refused') {
    // `refused` says why, the answer behind it only with which code.
    if (notice.type === 'assigned' || notice.type === 'refused') device.outcome = notice.text;
    else if (notice.failed && device.outcome === '') device.outcome = notice.text;
  } else if (device.state !== state) {
    device.outcome = notice.type === 'closed' ? notice.text : '';
  }
}

function stateAfter(state: DeviceState, { type, failed }: Notice): DeviceState {
  switch (type) {
    case 'connection':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'register':
      return 'registering';
    case 'assigned':
    case 'refused':
      return type;
    case 'reply':
      return failed ? 'refused' : state;
    case 'closed':
      return state === 'assigned' || state === 'refused' ? state : 'gone';
    default:
      return state;
  }
}
