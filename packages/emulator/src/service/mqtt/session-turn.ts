import {
  DISCONNECT,
  type Packet,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  type PublishPacket,
  SUBACK,
  SUBSCRIBE,
  type SubscribePacket,
  UNSUBACK,
  UNSUBSCRIBE,
} from '@mote/codec';
import type { Fault } from '../faults/scenario.ts';
import type { ConnectionPort } from './ports.ts';

/** The parts of serving a packet that differ between DPS and the hub. */
export interface SessionRules {
  /** Grants or refuses a filter. A text is the reason of a refusal. */
  findFilterFault(topicFilter: string): string | undefined;
  subscribe(topicFilter: string, qos: 0 | 1): void;
  /** SUBACK was queued. */
  subscribed?(now: number): void;
  unsubscribe(topicFilters: readonly string[]): void;
  publish(packet: PublishPacket, now: number): void;
  acknowledged?(packetId: number, now: number): void;
  disconnecting?(): void;
}

/** Serves one packet of a connected device. */
export function servePacket(packet: Packet, rules: SessionRules, connection: ConnectionPort, now: number): void {
  switch (packet.type) {
    case SUBSCRIBE:
      answerSubscribe(packet, rules, connection, now);
      break;
    case UNSUBSCRIBE:
      rules.unsubscribe(packet.topicFilters);
      connection.send([{ type: UNSUBACK, packetId: packet.packetId }], now, connection.pick('unsubscribe'));
      break;
    case PUBLISH:
      rules.publish(packet, now);
      break;
    case PUBACK:
      connection.acknowledge(packet.packetId);
      rules.acknowledged?.(packet.packetId, now);
      break;
    case PINGREQ:
      connection.send([{ type: PINGRESP }], now, connection.pick('ping'));
      break;
    case DISCONNECT:
      rules.disconnecting?.();
      connection.gone('DISCONNECT');
      break;
    default:
      connection.close(`a device has no use for packets of type ${packet.type} here`);
  }
}

function answerSubscribe(
  { packetId, subscriptions }: SubscribePacket,
  rules: SessionRules,
  connection: ConnectionPort,
  now: number,
): void {
  const fault = connection.pick('subscribe');
  const returnCodes = subscriptions.map(({ topicFilter, qos }) => grant(topicFilter, qos, fault, rules, connection));
  connection.send([{ type: SUBACK, packetId, returnCodes }], now, fault);
  rules.subscribed?.(now);
}

function grant(
  topicFilter: string,
  qos: 0 | 1 | 2,
  { subackCode }: Fault,
  rules: SessionRules,
  connection: ConnectionPort,
): 0 | 1 | 0x80 {
  const reason = subackCode === 0x80 ? 'the scenario says so' : rules.findFilterFault(topicFilter);
  if (reason !== undefined) {
    connection.emit({ type: 'refused', stage: 'subscribe', reason, returnCode: 0x80 });
    return 0x80;
  }
  const granted = subackCode === 0 || qos === 0 ? 0 : 1; // 2 is granted as 1
  rules.subscribe(topicFilter, granted);
  connection.emit({ type: 'subscribed', topicFilter, qos: granted });
  return granted;
}
