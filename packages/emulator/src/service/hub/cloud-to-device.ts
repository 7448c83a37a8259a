import { messageTopic, type SystemProperty } from '@mote/client/azure';
import type { Packet } from '@mote/codec';
import { type Link, publication, withCopies } from './link.ts';
import type { QueuedMessage } from './message-queue.ts';

// Messages of the hub that a device may have without a PUBACK.
const MOST_IN_FLIGHT = 50;

/** What is unacknowledged goes again, with its identifier [MQTT-4.4.0-1]; then what waits. */
export function resumeMessages(link: Link, now: number): void {
  const { connection, device } = link;
  for (const { message, packetId } of device.queue.unacknowledged) {
    connection.send([packetOf(link, message, 1, packetId, true)], now, {});
  }
  sendMessages(link, now);
}

/** Sends what waits in the queue, as far as the device has subscribed and acknowledges. */
export function sendMessages(link: Link, now: number): void {
  const { connection, device, hub } = link;
  const qos = link.granted('messages');
  if (qos === undefined) return;
  hub.messages.tick(device, now);
  const { queue } = device;
  while (queue.unacknowledged.length < MOST_IN_FLIGHT) {
    const delivery = queue.next(() => device.nextPacketId(), now);
    if (delivery === undefined) break;
    // Sent at QoS 0 it is done.
    if (qos === 0) hub.messages.complete(device, delivery.packetId, now);
    const fault = connection.pick('message');
    // Lost on its way: the lock runs out, and it comes again.
    if (fault.lose) continue;
    const packet = packetOf(link, delivery.message, qos, delivery.packetId, false);
    connection.send(withCopies(packet, fault.duplicate), now, { ...fault, duplicate: 0 });
  }
  connection.settle(now);
}

function packetOf(
  { identity }: Link,
  { messageId, body, properties, systemProperties, ack }: QueuedMessage,
  qos: 0 | 1,
  packetId: number,
  dup: boolean,
): Packet {
  const system: Partial<Record<SystemProperty, string | null>> = {
    messageId,
    to: `/devices/${identity.deviceId}/messages/devicebound`,
    ...systemProperties,
  };
  const acknowledged: [string, string][] = ack === 'none' ? [] : [['iothub-ack', ack]];
  const topicName = messageTopic(identity, {
    system,
    properties: new Map([...acknowledged, ...Object.entries(properties)]),
  });
  return publication(topicName, body, qos, packetId, dup);
}
