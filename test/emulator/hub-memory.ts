import { createHmac } from 'node:crypto';
import { CONNECT, type ConnectPacket, PUBACK, PUBLISH, type PublishPacket, SUBSCRIBE } from '@mote/codec';
import type { EmulatorOptions } from '@mote/emulator';
import type { FeedbackRecord } from '../../packages/emulator/src/service/hub/messages.ts';
import type { Telemetry } from '../../packages/emulator/src/service/hub/telemetry.ts';
import type { Peer } from '../../packages/emulator/src/service/mqtt/ports.ts';
import { type MemoryDevice, MemoryService } from './memory-service.ts';

export const HUB = 'hub-1.example.net';
export const HUB_KEY = Buffer.alloc(32, 11).toString('base64');

export interface HubTokenFields {
  readonly resource: string;
  readonly key?: string;
  /** Seconds. */
  readonly expiry?: number;
  readonly keyName?: string;
}

export function hubToken({ resource, key = HUB_KEY, expiry = 4_102_444_800, keyName }: HubTokenFields): Buffer {
  const sr = encodeURIComponent(resource);
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(`${sr}\n${expiry}`).digest('base64');
  const skn = keyName === undefined ? '' : `&skn=${keyName}`;
  return Buffer.from(`SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${expiry}${skn}`);
}

/** The service core with a hub that knows `dev` and `dev/mod`, without a socket. */
export class MemoryHub extends MemoryService {
  readonly telemetry: Telemetry[];
  readonly feedback: FeedbackRecord[];

  constructor(options: EmulatorOptions = {}) {
    const telemetry: Telemetry[] = [];
    const feedback: FeedbackRecord[] = [];
    super(
      { iotHubs: [HUB], ...options },
      {},
      { telemetry: (message) => telemetry.push(message), feedback: (record) => feedback.push(record) },
    );
    this.telemetry = telemetry;
    this.feedback = feedback;
    const credentials = { keys: [Buffer.from(HUB_KEY, 'base64')], thumbprints: [], anchors: undefined };
    for (const id of ['dev', 'dev/mod', 'other']) this.service.hub.put(id, undefined, credentials);
  }

  /** Connected, unless `fields` say otherwise. */
  link(fields: Partial<ConnectPacket> = {}, id = 'dev', peer: Partial<Peer> = {}): MemoryDevice {
    const resource = `${HUB}/devices/${id.replace('/', '/modules/')}`;
    return this.dial(peer).send({
      type: CONNECT,
      clientId: id,
      cleanSession: true,
      keepAlive: 0,
      userName: `${HUB}/${id}/?api-version=2021-04-12`,
      password: hubToken({ resource }),
      ...fields,
    } as ConnectPacket);
  }
}

export const subscribe = (...filters: string[]) =>
  ({
    type: SUBSCRIBE,
    packetId: 9,
    subscriptions: filters.map((topicFilter) => ({ topicFilter, qos: 1 as const })),
  }) as const;

export const puback = (packetId: number | undefined) => ({ type: PUBACK, packetId: packetId ?? 0 }) as const;

/** What the hub has published to the device. */
export const published = (device: MemoryDevice): PublishPacket[] =>
  device.received.filter((packet): packet is PublishPacket => packet.type === PUBLISH);

export const textOf = ({ payload }: PublishPacket): string => Buffer.from(payload).toString();
