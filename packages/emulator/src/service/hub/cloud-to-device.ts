import type { Packet } from '@mote/codec';
import { type Link, publication, withCopies } from './link.ts';
import type { QueuedMessage } from './message-queue.ts';
import { topicOf } from './messages.ts';

/** Most messages that a device may hold without PUBACK. The queue has no more: iot-hub-devguide-messages-c2d.md. */
const MOST_IN_FLIGHT = 50;

/** Sends unacknowledged messages again with their identifiers [MQTT-4.4.0-1], then those that wait. */
export function resumeMessages(link: Link, now: number): void {
  const { connection, device } = link;
  for (const { message, packetId } of device.queue.unacknowledged) {
    connection.send([packetOf(link, message, 1, packetId, true)], now, {});
  }
  sendMessages(link, now);
}

/** Sends messages of the queue, if the device has subscribed, up to the limit of unacknowledged ones. */
export function sendMessages(link: Link, now: number): void {
  const { connection, device, hub } = link;
  const qos = link.granted('messages');
  if (qos === undefined) return;
  hub.messages.tick(device, now);
  const { queue } = device;
  while (queue.unacknowledged.length < MOST_IN_FLIGHT) {
    const delivery = queue.next(() => device.nextPacketId(), now);
    if (delivery === undefined) break;
    // At QoS 0 a message is completed when it is sent.
    if (qos === 0) hub.messages.complete(device, delivery.packetId, now);
    const fault = connection.pick('message');
    // A fault has lost the message: its lock expires, and it is sent again.
    if (fault.lose) continue;
    const packet = packetOf(link, delivery.message, qos, delivery.packetId, false);
    connection.send(withCopies(packet, fault.duplicate), now, { ...fault, duplicate: 0 });
  }
  connection.settle(now);
}

function packetOf({ identity }: Link, message: QueuedMessage, qos: 0 | 1, packetId: number, dup: boolean): Packet {
  return publication(topicOf(identity.deviceId, message), message.body, qos, packetId, dup);
}
