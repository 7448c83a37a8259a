import { createHmac } from 'node:crypto';
import {
  CONNECT,
  type ConnectPacket,
  decodePacket,
  encodePacket,
  Framer,
  type Packet,
  PUBLISH,
  SUBSCRIBE,
} from '@mote/codec';
import type { EmulatorEvent, EmulatorOptions } from '@mote/emulator';
import { serviceSettings } from '../../packages/emulator/src/build-service.ts';
import { prepareEnrollments } from '../../packages/emulator/src/config/prepare-enrollments.ts';
import { Authority } from '../../packages/emulator/src/pki/authority.ts';
import type { Action } from '../../packages/emulator/src/service/mqtt/channel.ts';
import type { Connection } from '../../packages/emulator/src/service/mqtt/connection.ts';
import type { Peer } from '../../packages/emulator/src/service/mqtt/ports.ts';
import { Service } from '../../packages/emulator/src/service/service.ts';
import type { HubSettings, ServiceSettings } from '../../packages/emulator/src/service/settings.ts';

export const START = Date.UTC(2026, 10, 23, 3, 30);
export const KEY = Buffer.alloc(32, 7).toString('base64');
export const GROUP_KEY = Buffer.alloc(64, 9).toString('base64');

const authority = new Authority(START);

/** The service core without a socket: time stands still until a test moves it. */
export class MemoryService {
  readonly service: Service;
  readonly events: EmulatorEvent[] = [];
  now = START;

  constructor(options: EmulatorOptions = {}, settings: Partial<ServiceSettings> = {}, hub: Partial<HubSettings> = {}) {
    const config = {
      idScope: '0ne00ABCDEF',
      individualEnrollments: [
        { registrationId: 'sensor-17', attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } } },
      ],
      enrollmentGroups: [
        { enrollmentGroupId: 'fleet', attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: GROUP_KEY } } },
      ],
      ...options,
    } as const;
    const emit = (event: EmulatorEvent) => this.events.push(event);
    const complete = serviceSettings({ seed: 1, ...options }, config, authority, emit, hub);
    const made = { keys: new Map(), certificates: new Map() };
    const entries = prepareEnrollments(config, config.iotHubs ?? ['hub-1.example.net'], authority, made);
    this.service = new Service({ ...complete, now: () => this.now, ...settings }, entries);
  }

  dial(peer: Partial<Peer> = {}): MemoryDevice {
    return new MemoryDevice(this, peer);
  }

  eventsOf<T extends EmulatorEvent['type']>(type: T): Extract<EmulatorEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<EmulatorEvent, { type: T }> => event.type === type);
  }
}

/** The far end of one connection: what arrives there is decoded and kept. */
export class MemoryDevice {
  readonly received: Packet[] = [];
  /** Each write of the service, as it was cut. */
  readonly writes: Uint8Array[] = [];
  closed: 'end' | 'reset' | undefined;
  readonly #memory: MemoryService;
  readonly #connection: Connection;
  readonly #framer = new Framer();
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(memory: MemoryService, peer: Partial<Peer>) {
    this.#memory = memory;
    const origin = { remoteAddress: '192.0.2.1', remotePort: 50_000, tlsVersion: 'TLSv1.3', chain: [] };
    const full: Peer = { transport: 'tls', acceptedAt: memory.now, ...origin, ...peer };
    this.#connection = memory.service.accept(full, (action) => this.#perform(action), memory.now);
  }

  send(...packets: (Packet | Uint8Array)[]): this {
    for (const packet of packets) {
      this.#connection.receive(packet instanceof Uint8Array ? packet : encodePacket(packet), this.#memory.now);
    }
    return this;
  }

  connect(registrationId: string, fields: Partial<ConnectPacket> = {}): this {
    const userName = `0ne00ABCDEF/registrations/${registrationId}/api-version=2019-03-31`;
    return this.send({
      type: CONNECT,
      clientId: registrationId,
      cleanSession: true,
      keepAlive: 0,
      userName,
      ...fields,
    } as ConnectPacket);
  }

  subscribe(qos: 0 | 1 | 2 = 1, topicFilter = '$dps/registrations/res/#'): this {
    return this.send({ type: SUBSCRIBE, packetId: 1, subscriptions: [{ topicFilter, qos }] });
  }

  register(body = '', requestId = '1'): this {
    return this.publish(`$dps/registrations/PUT/iotdps-register/?$rid=${requestId}`, body);
  }

  poll(operationId: string, requestId = '2'): this {
    return this.publish(
      `$dps/registrations/GET/iotdps-get-operationstatus/?$rid=${requestId}&operationId=${operationId}`,
    );
  }

  publish(topicName: string, body = '', qos: 0 | 1 = 1): this {
    const message = { type: PUBLISH, topicName, payload: Buffer.from(body), retain: false, dup: false } as const;
    return this.send(qos === 0 ? { ...message, qos, packetId: undefined } : { ...message, qos, packetId: 7 });
  }

  leave(): void {
    this.#connection.closed(this.#memory.now);
  }

  /** Moves time for this connection, waking it whenever it asked for that. */
  pass(ms: number): this {
    const end = this.#memory.now + ms;
    while (this.#wakeAt <= end) {
      const at = this.#wakeAt;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#memory.now = Math.max(this.#memory.now, at);
      this.#connection.wake(this.#memory.now);
    }
    this.#memory.now = end;
    return this;
  }

  /** The answers on the response topic, newest last. */
  get answers(): { topicName: string; qos: number; dup: boolean; body: Record<string, unknown> }[] {
    return this.received.flatMap((packet) =>
      packet.type === PUBLISH
        ? [
            {
              topicName: packet.topicName,
              qos: packet.qos,
              dup: packet.dup,
              body: JSON.parse(Buffer.from(packet.payload).toString()),
            },
          ]
        : [],
    );
  }

  get lastAnswer() {
    return this.answers.at(-1);
  }

  #perform(action: Action): void {
    if (action.type === 'wake') this.#wakeAt = action.at;
    else if (action.type === 'close') this.closed = action.manner;
    else this.#read(action.bytes);
  }

  #read(bytes: Uint8Array): void {
    this.writes.push(bytes);
    this.#framer.push(bytes);
    for (const frame of this.#framer) this.received.push(decodePacket(frame));
  }
}

export const hmac = (key: Uint8Array, text: string): Uint8Array => createHmac('sha256', key).update(text).digest();
