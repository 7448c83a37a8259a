import { findJsonFault } from '../values/bounded-json.ts';
import { utf8Length } from '../values/bytes.ts';
import type { HubConnection, HubDevice } from './hub-device.ts';
import { HubServiceError } from './hub-error.ts';

/** The answer of a device to a direct method. */
export interface MethodResult {
  /** What the device has answered with. */
  readonly status: number;
  /** The device's answer, parsed. Undefined for an empty body. */
  readonly payload: unknown;
}

/** Called once with the answer, or with the reason why there is none. */
export type MethodDone = (outcome: MethodResult | HubServiceError) => void;

/** A method was called or answered. */
export interface MethodEvent {
  readonly type: 'method';
  readonly requestId: string;
  readonly method?: string;
  readonly status?: number;
}

interface MethodCall {
  readonly device: HubDevice;
  readonly connection: HubConnection;
  readonly done: MethodDone;
}

/** Bytes of a call, and of its answer: iot-hub-devguide-quotas-throttling.md. */
export const LARGEST_METHOD_PAYLOAD = 131_072;
/** Most calls of all devices that wait at one time. They bound the memory; the service documents a quota by tier. */
const MOST_IN_FLIGHT = 1000;

/** The direct-method calls that wait for an answer. */
export class MethodCalls {
  readonly #calls = new Map<string, MethodCall>();
  readonly #report: (device: HubDevice, event: MethodEvent) => void;
  #last = 0;

  constructor(report: (device: HubDevice, event: MethodEvent) => void) {
    this.#report = report;
  }

  /** Starts a call. `done` is called once, now or later. Returns a handle for `giveUp`. */
  invoke(device: HubDevice, method: string, payload: unknown, done: MethodDone): string | undefined {
    const { connection } = device;
    const fault = findJsonFault(payload);
    const text = payload === undefined || fault !== undefined ? '' : JSON.stringify(payload);
    const refused = (errorCode: number, message: string) => {
      done(new HubServiceError(errorCode, message));
      return undefined;
    };
    if (fault !== undefined) return refused(400_004, `the payload ${fault}`);
    const bytes = utf8Length(text);
    if (bytes > LARGEST_METHOD_PAYLOAD)
      return refused(413_001, `a payload of ${bytes} bytes; ${LARGEST_METHOD_PAYLOAD} are allowed`);
    if (connection === undefined) return refused(404_103, `${device.id} is not connected`);
    if (connection.granted('methods') === undefined)
      return refused(404_103, `${device.id} has not subscribed to methods`);
    if (this.#calls.size >= MOST_IN_FLIGHT) return refused(403_800, 'too many methods are under way');
    this.#last += 1;
    const requestId = this.#last.toString(16);
    this.#calls.set(requestId, { device, connection, done });
    this.#report(device, { type: 'method', method, requestId });
    connection.sendMethod(requestId, method, text);
    return requestId;
  }

  /** The device has answered. False when nobody waits for this answer: it is dropped. */
  answer(device: HubDevice, requestId: string, status: number, payload: unknown): boolean {
    const call = this.#calls.get(requestId);
    if (call === undefined || call.device !== device) return false;
    this.#calls.delete(requestId);
    this.#report(device, { type: 'method', requestId, status });
    call.done({ status, payload });
    return true;
  }

  /** The caller's time is over: the call fails. */
  giveUp(requestId: string): void {
    const call = this.#calls.get(requestId);
    this.#calls.delete(requestId);
    call?.done(new HubServiceError(504_101, `${call.device.id} did not answer in time`));
  }

  /** A connection has ended: its calls fail. */
  end(connection: HubConnection): void {
    for (const [requestId, call] of this.#calls) {
      if (call.connection !== connection) continue;
      this.#calls.delete(requestId);
      call.done(new HubServiceError(404_104, `${call.device.id} closed its link before it answered`));
    }
  }
}
