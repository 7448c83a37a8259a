import { printable } from '@mote/client/explain';
import type { Packet } from '@mote/codec';
import type { EmulatorEvent } from '@mote/emulator';
import { packetDetail, packetName } from '../terminal/packet-line.ts';
import type { Paint } from '../terminal/paint.ts';

/** An event on one line, with time (UTC), number of the connection and device: `12:00:01.123 #3 sensor-17  register $rid=1`. */
export function eventLine(event: EmulatorEvent, paint: Paint): string {
  const time = new Date(event.time).toISOString().slice(11, 23);
  const origin = event.connection === 0 ? '' : ` #${event.connection}`;
  const who = event.registrationId === undefined ? '' : ` ${printable(event.registrationId, 128)}`;
  const paintName =
    event.type === 'refused' || event.type === 'fault'
      ? paint.bad
      : event.type === 'assigned'
        ? paint.good
        : paint.service;
  return `${paint.dim(time)}${origin}${who}  ${paintName(event.type)} ${printable(eventFacts(event), 600)}`.trimEnd();
}

/** The facts of an event besides its type, on one line, for terminal and dashboard. Not escaped: the caller does that. */
export function eventFacts(event: EmulatorEvent): string {
  switch (event.type) {
    case 'connection':
      return `${event.transport} from ${event.remoteAddress}:${event.remotePort}, ${event.tlsVersion}`;
    case 'connected':
      return `${event.credentials}, keep alive ${event.keepAlive} s, api-version ${event.apiVersion}`;
    case 'subscribed':
      return `${event.topicFilter} QoS ${event.qos}`;
    case 'register':
      return `$rid=${event.requestId}${event.csr ? ' with a CSR' : ''}`;
    case 'poll':
      return `$rid=${event.requestId} ${event.operationId}`;
    case 'reply':
      return [
        event.statusCode,
        event.status,
        event.errorCode,
        event.retryAfter === undefined ? undefined : `retry-after ${event.retryAfter} s`,
      ]
        .filter((fact) => fact !== undefined)
        .join(' ');
    case 'assigned':
      return `${event.deviceId} to ${event.assignedHub} (${event.substatus})`;
    case 'refused':
      return `at ${event.stage}: ${event.reason}`;
    case 'fault':
      return `${faultText(event.fault)} at ${event.stage} (rule ${event.rule})`;
    case 'packet':
      return `${event.direction === 'in' ? '→' : '←'} ${packetName(event.packet as Packet)} ${packetDetail(event.packet as Packet)}`;
    case 'closed':
      return `by the ${event.by}: ${event.reason}`;
    case 'telemetry':
      return `${event.bytes} bytes`;
    case 'message':
      return `${event.messageId} ${event.outcome}`;
    case 'method':
      return event.status === undefined
        ? `${event.method} (call ${event.requestId})`
        : `${event.status} (call ${event.requestId})`;
    case 'twin':
      return event.version === undefined ? event.change : `${event.change}, version ${event.version}`;
    case 'taken-over':
      return event.by === 0 ? 'as the scenario says' : `by connection ${event.by}`;
    case 'certificate':
      return `${event.change} (request ${event.requestId})`;
    case 'device':
      return event.change;
    case 'reloaded':
      return `${event.enrollments} enrollments`;
    case 'state-restored':
      return `${event.registrations} registrations from the ${event.from} file`;
    default:
      return event.reason;
  }
}

/** Writes the JSON of a fault, `{"statusCode":401,"errorCode":401000}`, as `statusCode 401, errorCode 401000`. */
function faultText(json: string): string {
  const fault = JSON.parse(json) as Readonly<Record<string, unknown>>;
  return Object.entries(fault)
    .map(([name, value]) =>
      value === true ? name : `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(', ');
}
