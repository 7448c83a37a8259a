import type { Notice } from './messages.ts';

export type DeviceState = 'connecting' | 'connected' | 'registering' | 'assigned' | 'refused' | 'gone';

/** A device as its notices tell of it. */
export interface Device {
  readonly id: string;
  state: DeviceState;
  /** The hub, or why not. */
  outcome: string;
  readonly notices: Notice[];
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

  constructor(kept = 500) {
    this.#kept = kept;
  }

  /** How many there are; `500+` when the oldest had to go. */
  get count(): string {
    return `${this.byId.size}${this.#dropped ? '+' : ''}`;
  }

  /** The device that the notice belongs to, brought up to date; undefined while nobody knows. */
  add(notice: Notice): Device | undefined {
    const { connection, registrationId } = notice;
    if (connection === 0) return undefined;
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

  #keep(notice: Notice): void {
    const notices = this.#unnamed.get(notice.connection) ?? [];
    this.#unnamed.set(notice.connection, [...notices, notice].slice(-20));
    for (const oldest of this.#unnamed.keys()) {
      if (this.#unnamed.size <= CONNECTIONS_KEPT) break;
      this.#unnamed.delete(oldest);
    }
  }

  #make(id: string): Device {
    const device: Device = { id, state: 'connecting', outcome: '', notices: [] };
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
  if (device.notices.length > NOTICES_KEPT) device.notices.shift();
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
