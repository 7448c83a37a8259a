import type { EmulatorEventBody } from '../events.ts';
import { didYouMean } from '../values/near-name.ts';
import { type HubConnection, type HubCredentials, HubDevice } from './hub-device.ts';
import { HubServiceError } from './hub-error.ts';
import type { DeviceOrigin, HubPorts } from './hub-ports.ts';
import { HubQuotas } from './hub-quotas.ts';
import { Messages } from './messages.ts';
import { MethodCalls, type MethodDone } from './method-calls.ts';
import type { Telemetry } from './telemetry.ts';
import { Twin, type TwinChange, type TwinValues } from './twin.ts';

/** Most devices among which a similar id is looked for: each of them takes time in every refusal. */
const MOST_NAMES = 1000;

/** The hub: identities, twins, queues, method calls. It has no socket, no clock and no promise. */
export class Hub {
  readonly methods: MethodCalls;
  readonly messages: Messages;
  readonly quotas: HubQuotas;
  readonly #devices = new Map<string, HubDevice>();
  readonly #ports: HubPorts;
  /** Until this time every CONNECT is refused. */
  #downUntil = 0;

  constructor(ports: HubPorts) {
    this.#ports = ports;
    this.quotas = new HubQuotas(ports.throttling);
    this.methods = new MethodCalls((device, event) => this.#report(device, event));
    this.messages = new Messages((device, event) => this.#report(device, event), ports.feedback, this.quotas);
  }

  get maxUnacknowledged(): number {
    return this.#ports.maxUnacknowledged;
  }

  get isBasic(): boolean {
    return this.#ports.isBasic;
  }

  /** Throws HubServiceError for what only a hub of the Standard or Free tier has. */
  requireStandard(what: string): void {
    if (this.isBasic) throw new HubServiceError(400_003, `a hub of the Basic tier has no ${what}`);
  }

  /** Trusts the emulator's own device CA. */
  get issuer(): HubPorts['issuer'] {
    return this.#ports.issuer;
  }

  get devices(): readonly HubDevice[] {
    return [...this.#devices.values()];
  }

  get deviceCount(): number {
    return this.#devices.size;
  }

  /** The device of this id. Upper and lower case count, unlike at DPS. */
  device(id: string): HubDevice | undefined {
    return this.#devices.get(id);
  }

  /** Adds an identity, or changes the credentials and the hub of one. */
  put(
    id: string,
    hub: string | undefined,
    credentials: HubCredentials,
    { keepsData = true, registrationId = id, initialTwin }: DeviceOrigin = {},
  ): HubDevice {
    const known = this.#devices.get(id);
    if (known === undefined) {
      const made = new HubDevice(id, hub, credentials, registrationId);
      made.twin = Twin.initial(initialTwin);
      this.#devices.set(id, made);
      this.#tellOf(made, 'created');
      return made;
    }
    known.hub = hub;
    known.credentials = credentials;
    known.registrationId = registrationId;
    if (!keepsData) known.twin = Twin.initial(initialTwin);
    this.#tellOf(known, 'updated');
    return known;
  }

  /** Removes an identity with its queue. */
  remove(id: string, now: number): boolean {
    const device = this.#devices.get(id);
    if (device === undefined) return false;
    device.connection?.close(now, 'the device was deleted');
    this.messages.purge(device, now);
    this.#report(device, { type: 'device', change: 'removed' });
    return this.#devices.delete(id);
  }

  /** Enables or disables a device. A disabled one loses its connection, and gets CONNACK 5 from then on. */
  setEnabled(id: string, enabled: boolean, now: number): void {
    const device = this.known(id);
    device.enabled = enabled;
    device.isSwitched = true;
    if (!enabled) device.connection?.close(now, 'the device was disabled');
    this.#report(device, { type: 'device', change: enabled ? 'enabled' : 'disabled' });
  }

  disconnect(id: string, now: number): boolean {
    const { connection } = this.known(id);
    connection?.close(now, 'the hub closes the link');
    return connection !== undefined;
  }

  /** Closes every connection, as an upgrade of the service does, and refuses new ones for a while. */
  restart(now: number, downMs: number): void {
    this.#downUntil = now + downMs;
    for (const { connection } of this.devices) connection?.close(now, 'the hub restarts');
  }

  isDown(now: number): boolean {
    return now < this.#downUntil;
  }

  /** The twin as the service side reads it. Throws HubServiceError. */
  twin(id: string): Twin['document'] & { readonly tags: TwinValues } {
    const { twin } = this.known(id);
    return { ...twin.document, tags: twin.tags };
  }

  /** Changes the desired properties and returns their new version. Throws HubServiceError. */
  setDesired(id: string, desired: TwinValues): number {
    return this.changeTwin(id, { desired });
  }

  /**
   * Merges into the desired properties and tags, or `replaces` them, and tells the device what concerns it: the patch, or the whole
   * section. Returns the version of the desired properties. Throws HubServiceError.
   */
  changeTwin(id: string, change: TwinChange, replaces = false): number {
    const device = this.known(id);
    const version = device.twin.change(change, replaces);
    if (typeof version === 'string') throw new HubServiceError(400_000, version);
    if (change.desired === undefined) {
      this.#ports.changed();
      return version;
    }
    this.#report(device, { type: 'twin', change: 'desired', version });
    device.connection?.sendDesired(replaces ? device.twin.stored.desired : change.desired, version);
    return version;
  }

  /** A device has changed its reported properties. */
  report(device: HubDevice, patch: unknown): number | string {
    const version = device.twin.report(patch);
    if (typeof version === 'number') this.#report(device, { type: 'twin', change: 'reported', version });
    return version;
  }

  /** When the next lock or message expires, of all devices. */
  get nextAt(): number | undefined {
    let next: number | undefined;
    for (const { queue } of this.#devices.values()) {
      const { nextAt } = queue;
      if (nextAt !== undefined && nextAt < (next ?? Number.POSITIVE_INFINITY)) next = nextAt;
    }
    return next;
  }

  /** Calls a method. `done` is called once, now or later. Returns a handle for `methods.giveUp`. */
  invoke(id: string, method: string, payload: unknown, done: MethodDone): string | undefined {
    const device = this.#devices.get(id);
    if (device !== undefined) return this.methods.invoke(device, method, payload, done);
    done(this.#unknown(id));
    return undefined;
  }

  /** Issues a certificate that the device may use from its next CONNECT on. A text is the reason of a refusal. */
  issueCertificate(device: HubDevice, csr: Uint8Array): readonly Uint8Array[] | string {
    const chain = this.#ports.issueCertificate(csr, device.registrationId);
    const { issuer } = this.#ports;
    if (typeof chain === 'string' || issuer === undefined) return chain;
    const { authorities = [], thumbprints = [] } = device.credentials.anchors ?? {};
    if (!authorities.includes(issuer)) {
      device.credentials = { ...device.credentials, anchors: { authorities: [...authorities, issuer], thumbprints } };
    }
    return chain;
  }

  receiveTelemetry(telemetry: Telemetry): void {
    this.#ports.telemetry(telemetry);
  }

  /** Reports a change of what a state file keeps. */
  changed(): void {
    this.#ports.changed();
  }

  /** The connection of a device has ended. */
  unlink(device: HubDevice, connection: HubConnection): void {
    if (device.connection === connection) device.connection = undefined;
    this.methods.end(connection);
    this.#ports.changed();
  }

  /** The device of this id. Throws HubServiceError when there is none. */
  known(id: string): HubDevice {
    const device = this.#devices.get(id);
    if (device === undefined) throw this.#unknown(id);
    return device;
  }

  #unknown(id: string): HubServiceError {
    return new HubServiceError(
      404_001,
      `there is no device "${id}".${didYouMean(id, [...this.#devices.keys()].slice(0, MOST_NAMES))}`,
    );
  }

  /** Only for identities that were not made by DPS: those have the event `assigned`. */
  #tellOf(device: HubDevice, change: 'created' | 'updated'): void {
    if (device.hub === undefined) this.#report(device, { type: 'device', change });
    else this.#ports.changed();
  }

  #report(device: HubDevice, event: EmulatorEventBody): void {
    this.#ports.emit({ registrationId: device.id, ...event });
    this.#ports.changed();
  }
}
