import type { Connection, ConnectionObserver } from './connection.ts';

/** The open connections, numbered from 1, and the connection of each device. */
export class Connections implements ConnectionObserver {
  readonly #open = new Set<Connection>();
  readonly #byDevice = new Map<string, Connection>();
  #accepted = 0;

  get count(): number {
    return this.#open.size;
  }

  add(make: (number: number) => Connection, now: number): Connection {
    this.#accepted += 1;
    const connection = make(this.#accepted);
    this.#open.add(connection);
    connection.open(now);
    return connection;
  }

  /** The newer connection of a device ends the older one [MQTT-3.1.4-2]. */
  accepted(newer: Connection, now: number): void {
    const key = newer.deviceKey ?? '';
    const older = this.#byDevice.get(key);
    this.#byDevice.set(key, newer);
    older?.takenOver(newer.number, now);
  }

  /** Forgets a connection. A newer one of the same device stays known. */
  ended(connection: Connection): void {
    this.#open.delete(connection);
    const key = connection.deviceKey ?? '';
    if (this.#byDevice.get(key) === connection) this.#byDevice.delete(key);
  }

  closeAll(now: number, reason: string): void {
    for (const connection of [...this.#open]) connection.end(now, reason);
  }
}
