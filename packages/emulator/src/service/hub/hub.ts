import type { EmulatorEventBody } from '../../events.ts';
import { findJsonFault } from '../bounded-json.ts';
import { type HubCredentials, HubDevice, type HubLink } from './hub-device.ts';
import { HubServiceError } from './hub-error.ts';
import { MOST_QUEUED, type QueuedMessage } from './message-queue.ts';
import { Twin, type TwinValues } from './twin.ts';

/** A message that a device sent, as the hub hands it on. */
export interface Telemetry {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
  readonly body: Uint8Array;
  /** Null for a name that stood there without `=`. */
  readonly properties: Readonly<Record<string, string | null>>;
  /** `messageId`, `contentType`, `contentEncoding`, `correlationId`, … */
  readonly systemProperties: Readonly<Record<string, string | null>>;
  /** Milliseconds since 1970, from the emulator's clock. */
  readonly enqueuedTime: number;
}

export interface MethodResult {
  readonly status: number;
  /** What the device answered; undefined for an empty body. */
  readonly payload: unknown;
}

export interface HubPorts {
  readonly emit: (event: EmulatorEventBody & { readonly registrationId: string }) => void;
  readonly telemetry: (telemetry: Telemetry) => void;
  /** Behind each change of what a state file keeps. */
  readonly changed: () => void;
}

type MethodDone = (outcome: MethodResult | HubServiceError) => void;

interface MethodCall {
  readonly device: HubDevice;
  readonly link: HubLink;
  readonly done: MethodDone;
}

// Of the service: iot-hub-devguide-quotas-throttling.md.
const LARGEST_METHOD_PAYLOAD = 131_072;
const LARGEST_MESSAGE = 65_536;
const LONGEST_LIFE_MS = 2 * 86_400_000;
const MOST_METHODS_IN_FLIGHT = 1000;

export interface MessageToSend extends Omit<QueuedMessage, 'expiresAt'> {
  /** An hour from now when undefined; two days at most. */
  readonly expiresAt: number | undefined;
}

const DEFAULT_LIFE_MS = 3_600_000;

/** The hub behind all connections: identities, twins, queues, method calls. No socket, clock or promise is in here. */
export class Hub {
  readonly #devices = new Map<string, HubDevice>();
  readonly #calls = new Map<string, MethodCall>();
  readonly #ports: HubPorts;
  #lastCall = 0;

  constructor(ports: HubPorts) {
    this.#ports = ports;
  }

  get devices(): readonly HubDevice[] {
    return [...this.#devices.values()];
  }

  /** Case counts, unlike at DPS. */
  device(id: string): HubDevice | undefined {
    return this.#devices.get(id);
  }

  /** Makes an identity, or gives one other credentials and another hub. */
  put(id: string, hub: string | undefined, credentials: HubCredentials, keepsData = true): HubDevice {
    const known = this.#devices.get(id);
    if (known === undefined) {
      const made = new HubDevice(id, hub, credentials);
      this.#devices.set(id, made);
      this.#ports.changed();
      return made;
    }
    known.hub = hub;
    known.credentials = credentials;
    if (!keepsData) known.twin = new Twin();
    this.#ports.changed();
    return known;
  }

  remove(id: string, now: number): boolean {
    const device = this.#devices.get(id);
    device?.link?.close(now, 'the device was deleted');
    this.#ports.changed();
    return this.#devices.delete(id);
  }

  /** A disabled device loses its link and hears CONNACK 5 from then on. */
  setEnabled(id: string, enabled: boolean, now: number): void {
    const device = this.#known(id);
    device.enabled = enabled;
    if (!enabled) device.link?.close(now, 'the device was disabled');
    this.#ports.changed();
  }

  disconnect(id: string, now: number): boolean {
    const { link } = this.#known(id);
    link?.close(now, 'the hub closes the link');
    return link !== undefined;
  }

  /** Throws HubServiceError. */
  twin(id: string): Twin['document'] {
    return this.#known(id).twin.document;
  }

  /** Throws HubServiceError. Returns the new version. */
  setDesired(id: string, patch: TwinValues): number {
    const device = this.#known(id);
    const version = device.twin.desire(patch);
    if (typeof version === 'string') throw new HubServiceError(400_000, version);
    this.#report(device, { type: 'twin', change: 'desired', version });
    device.link?.sendDesired({ ...patch, $version: version });
    return version;
  }

  /** A device has changed its own part. */
  report(device: HubDevice, patch: unknown): number | string {
    const version = device.twin.report(patch);
    if (typeof version === 'number') this.#report(device, { type: 'twin', change: 'reported', version });
    return version;
  }

  /** Throws HubServiceError. */
  sendMessage(id: string, message: MessageToSend, now: number): void {
    const device = this.#known(id);
    if (message.body.length > LARGEST_MESSAGE) {
      throw new HubServiceError(413_001, `a message of ${message.body.length} bytes; ${LARGEST_MESSAGE} are allowed`);
    }
    this.tick(device, now);
    if (device.queue.size >= MOST_QUEUED) {
      throw new HubServiceError(403_004, `the queue of ${id} holds ${MOST_QUEUED} messages`);
    }
    const expiresAt = Math.min(message.expiresAt ?? now + DEFAULT_LIFE_MS, now + LONGEST_LIFE_MS);
    device.queue.add({ ...message, expiresAt });
    this.#report(device, { type: 'message', messageId: message.messageId, outcome: 'Queued' });
    device.link?.deliver(now);
  }

  /** PUBACK: the device has it. */
  complete(device: HubDevice, packetId: number): void {
    const message = device.queue.complete(packetId);
    if (message !== undefined)
      this.#report(device, { type: 'message', messageId: message.messageId, outcome: 'Success' });
  }

  /** Locks and lives that have run out. */
  tick(device: HubDevice, now: number): void {
    for (const { message, outcome } of device.queue.tick(now)) {
      this.#report(device, { type: 'message', messageId: message.messageId, outcome });
    }
  }

  /**
   * Calls a method; `done` is called once, here or later. Returns what `giveUp` takes.
   */
  invoke(id: string, method: string, payload: unknown, done: MethodDone): string | undefined {
    const refused = (errorCode: number, message: string) => {
      done(new HubServiceError(errorCode, message));
      return undefined;
    };
    const device = this.#devices.get(id);
    if (device === undefined) return refused(404_001, `there is no device ${id}`);
    const fault = findJsonFault(payload);
    if (fault !== undefined) return refused(400_004, `the payload ${fault}`);
    const text = payload === undefined ? '' : JSON.stringify(payload);
    if (text.length > LARGEST_METHOD_PAYLOAD) return refused(413_001, `a payload of ${text.length} bytes`);
    const { link } = device;
    if (link === undefined) return refused(404_103, `${id} is not connected`);
    if (![...link.subjects.keys()].includes('$iothub/methods/POST/#')) {
      return refused(404_103, `${id} has not subscribed to methods`);
    }
    if (this.#calls.size >= MOST_METHODS_IN_FLIGHT) return refused(403_800, 'too many methods are under way');
    this.#lastCall += 1;
    const requestId = this.#lastCall.toString(16);
    this.#calls.set(requestId, { device, link, done });
    this.#report(device, { type: 'method', method, requestId });
    link.sendMethod(requestId, method, text);
    return requestId;
  }

  /** The device has answered; an answer that nobody waits for is dropped. */
  answerMethod(device: HubDevice, requestId: string, status: number, payload: unknown): boolean {
    const call = this.#calls.get(requestId);
    if (call === undefined || call.device !== device) return false;
    this.#calls.delete(requestId);
    this.#report(device, { type: 'method', requestId, status });
    call.done({ status, payload });
    return true;
  }

  /** The caller's time is over. */
  giveUp(requestId: string): void {
    const call = this.#calls.get(requestId);
    this.#calls.delete(requestId);
    call?.done(new HubServiceError(504_101, `${call.device.id} did not answer in time`));
  }

  receiveTelemetry(telemetry: Telemetry): void {
    this.#ports.telemetry(telemetry);
  }

  /** Something that a state file keeps has changed. */
  changed(): void {
    this.#ports.changed();
  }

  /** The link of a device is gone. */
  unlink(device: HubDevice, link: HubLink): void {
    if (device.link === link) device.link = undefined;
    for (const [requestId, call] of this.#calls) {
      if (call.link !== link) continue;
      this.#calls.delete(requestId);
      call.done(new HubServiceError(404_104, `${device.id} closed its link before it answered`));
    }
    this.#ports.changed();
  }

  #report(device: HubDevice, event: EmulatorEventBody): void {
    this.#ports.emit({ registrationId: device.id, ...event });
    this.#ports.changed();
  }

  #known(id: string): HubDevice {
    const device = this.#devices.get(id);
    if (device === undefined) throw new HubServiceError(404_001, `there is no device ${id}`);
    return device;
  }
}
