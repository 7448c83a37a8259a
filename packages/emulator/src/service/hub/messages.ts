import { messageTopic, type SystemProperty } from '@mote/client/azure';
import type { HubDevice } from './hub-device.ts';
import { HubServiceError } from './hub-error.ts';
import type { HubQuotas } from './hub-quotas.ts';
import { messageBytes } from './message-bytes.ts';
import { type EndedMessage, MOST_QUEUED, type QueuedMessage } from './message-queue.ts';

/** The service's feedback record about a message that was sent with `ack`. */
export interface FeedbackRecord {
  readonly originalMessageId: string;
  readonly deviceId: string;
  readonly statusCode: EndedMessage['outcome'];
  /** Time of the outcome, milliseconds since 1970. */
  readonly enqueuedTime: number;
}

/** A message for a device, as the service side gives it. */
export interface MessageToSend extends Omit<QueuedMessage, 'expiresAt'> {
  /** Milliseconds since 1970, at most two days from now. Default: in one hour. */
  readonly expiresAt: number | undefined;
}

/** How a message to a device ended. */
export interface MessageEvent {
  readonly type: 'message';
  readonly messageId: string;
  readonly outcome: 'Queued' | EndedMessage['outcome'];
}

/** Most bytes of body and properties: iot-hub-devguide-quotas-throttling.md. */
const LARGEST_MESSAGE = 65_536;
/** Most bytes of a Topic Name in MQTT. The properties are in it, and an escape makes three bytes of one. */
const LONGEST_TOPIC = 65_535;
/** Milliseconds: the longest life that a message may have, and that of a message without `expiry` (iot-hub-devguide-messages-c2d.md). */
const LONGEST_LIFE_MS = 2 * 86_400_000;
const DEFAULT_LIFE_MS = 3_600_000;

/** Cloud-to-device messages of all devices. */
export class Messages {
  readonly #report: (device: HubDevice, event: MessageEvent) => void;
  readonly #feedback: (record: FeedbackRecord) => void;
  readonly #quotas: HubQuotas;

  constructor(
    report: (device: HubDevice, event: MessageEvent) => void,
    feedback: (record: FeedbackRecord) => void,
    quotas: HubQuotas,
  ) {
    this.#report = report;
    this.#feedback = feedback;
    this.#quotas = quotas;
  }

  /** Queues a message. Throws HubServiceError. */
  send(device: HubDevice, message: MessageToSend, now: number): void {
    const { id, queue } = device;
    if (id.includes('/')) throw new HubServiceError(400_004, 'messages go to devices, not to their modules');
    const bytes = messageBytes(message.body, Object.entries(message.properties), message.systemProperties);
    if (bytes > LARGEST_MESSAGE) {
      throw new HubServiceError(413_001, `a message of ${bytes} bytes; ${LARGEST_MESSAGE} are allowed`);
    }
    const letters = topicOf(id, message).length;
    if (letters > LONGEST_TOPIC) {
      throw new HubServiceError(413_001, `properties make a topic of ${letters} bytes; ${LONGEST_TOPIC} are allowed`);
    }
    this.tick(device, now);
    if (queue.size >= MOST_QUEUED) {
      throw new HubServiceError(403_004, `the queue of ${id} holds ${MOST_QUEUED} messages`);
    }
    const usedUp = this.#quotas.findDayFault(now);
    if (usedUp !== undefined) throw new HubServiceError(403_002, usedUp);
    this.#quotas.countMessage(bytes);
    const expiresAt = Math.min(message.expiresAt ?? now + DEFAULT_LIFE_MS, now + LONGEST_LIFE_MS);
    queue.add({ ...message, expiresAt });
    this.#report(device, { type: 'message', messageId: message.messageId, outcome: 'Queued' });
    device.connection?.deliver(now);
  }

  /** PUBACK has come: the message is completed. */
  complete(device: HubDevice, packetId: number, now: number): void {
    const message = device.queue.complete(packetId);
    if (message !== undefined) this.#tellEnd(device, { message, outcome: 'Success' }, now);
  }

  /** Handles expired locks and messages. */
  tick(device: HubDevice, now: number): void {
    for (const ended of device.queue.tick(now)) this.#tellEnd(device, ended, now);
  }

  /** Removes the messages that wait for a device, and returns their number. */
  purge(device: HubDevice, now: number): number {
    const purged = device.queue.purge();
    for (const message of purged) this.#tellEnd(device, { message, outcome: 'Purged' }, now);
    return purged.length;
  }

  #tellEnd(device: HubDevice, { message, outcome }: EndedMessage, now: number): void {
    const { messageId, ack } = message;
    this.#report(device, { type: 'message', messageId, outcome });
    const isAsked = ack === 'full' || ack === (outcome === 'Success' ? 'positive' : 'negative');
    if (!isAsked) return;
    this.#feedback({ originalMessageId: messageId, deviceId: device.id, statusCode: outcome, enqueuedTime: now });
  }
}

/** Where a message goes to: its properties are in the topic. */
export function topicOf(
  deviceId: string,
  { messageId, properties, systemProperties, ack }: Omit<QueuedMessage, 'expiresAt'>,
): string {
  const system: Partial<Record<SystemProperty, string | null>> = {
    messageId,
    to: `/devices/${deviceId}/messages/devicebound`,
    ...systemProperties,
  };
  const acknowledged: [string, string][] = ack === 'none' ? [] : [['iothub-ack', ack]];
  return messageTopic({ deviceId }, { system, properties: new Map([...acknowledged, ...Object.entries(properties)]) });
}
