import type { EmulatorEvent } from './service/events.ts';
import { messageOf } from './service/values/message-of.ts';

/** An event that nothing else refers to, and about what it takes in memory. */
export interface KeptEvent<T = EmulatorEvent> {
  readonly event: T;
  readonly bytes: number;
}

// What values take in V8 on 64 bits, in bytes, rounded up.

/** An object or an array, with its map and elements. */
const OBJECT_BYTES = 64;
/** A member of an object. */
const MEMBER_BYTES = 40;
/** An element of an array. */
const ELEMENT_BYTES = 8;
/** The header of a text. */
const TEXT_BYTES = 32;

/** V8 makes a copy of a substring up to this length. A longer one refers to the whole text, and keeps that in memory. */
const LONGEST_COPIED_TEXT = 12;

/** Deeper than any event that the service makes: JSON of devices is bounded to 64 levels before it gets here. */
const DEEPEST_EVENT = 80;

/**
 * Copies an event for keeping. Texts are copied too: a registration id of 9 characters, cut from a user name of 60,000,
 * would keep all of them. What cannot be kept is replaced by a warning, so every event survives JSON.stringify.
 */
export function keepEvent<T extends object>(event: T): KeptEvent<T> {
  const copier = new Copier();
  try {
    return { event: copier.copy(event, 0) as T, bytes: copier.bytes };
  } catch (error) {
    const { time = 0, connection = 0, type } = event as Partial<EmulatorEvent>;
    const reason = `an event of type ${type} could not be kept: ${messageOf(error)}`;
    const warning: EmulatorEvent = { time, connection, type: 'warning', reason };
    // Only events of the service hold JSON of a device.
    return { event: warning as unknown as T, bytes: OBJECT_BYTES + 2 * reason.length };
  }
}

class Copier {
  bytes = 0;

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'bigint') throw new RangeError('a bigint has no form in JSON');
    if (typeof value !== 'object' || value === null) return value;
    if (depth > DEEPEST_EVENT) throw new RangeError('it nests too deep');
    if (value instanceof Uint8Array) {
      this.bytes += 2 * OBJECT_BYTES + value.length;
      return new Uint8Array(value);
    }
    this.bytes += OBJECT_BYTES;
    if (Array.isArray(value)) {
      this.bytes += ELEMENT_BYTES * value.length;
      return value.map((item) => this.copy(item, depth + 1));
    }
    const copied: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) {
      this.bytes += MEMBER_BYTES;
      const kept = this.copy(member, depth + 1);
      // An assignment to `__proto__` would set the prototype.
      if (name === '__proto__') Object.defineProperty(copied, name, { value: kept, enumerable: true });
      else copied[name] = kept;
      // Names of the emulator's own are shared by all events; those in the JSON of a device are not.
      if (depth > 1) this.bytes += TEXT_BYTES + 2 * name.length;
    }
    return copied;
  }

  #text(text: string): string {
    const { length } = text;
    if (length <= LONGEST_COPIED_TEXT) {
      this.bytes += TEXT_BYTES;
      return text;
    }
    const bytes = Buffer.from(text);
    // One byte for each character while all are of Latin-1, two otherwise; ASCII is what can be told cheaply.
    this.bytes += TEXT_BYTES + (bytes.length === length ? length : 2 * length);
    return bytes.toString();
  }
}
