import {
  type HubFilter,
  type HubIdentity,
  type HubUserName,
  MOST_HUB_FILTERS,
  methodTopic,
  readHubFilter,
  twinDesiredTopic,
} from '@mote/client/azure';
import type { ConnectPacket, Packet, PublishPacket } from '@mote/codec';
import type { Fault, ScenarioStage } from '../faults/scenario.ts';
import {
  type ConnectedFacts,
  type ConnectRefusal,
  type DeviceSession,
  isConnectRefusal,
} from '../mqtt/device-session.ts';
import type { ConnectionPort } from '../mqtt/ports.ts';
import { type SessionRules, servePacket } from '../mqtt/session-turn.ts';
import { ownText, utf8 } from '../values/bytes.ts';
import { sendCertificate } from './certificate-requests.ts';
import { checkHubConnect, type HubConnect, type HubConnectRules } from './check-hub-connect.ts';
import { resumeMessages, sendMessages } from './cloud-to-device.ts';
import { DeviceRequests } from './device-requests.ts';
import type { Hub } from './hub.ts';
import type { HubConnection, HubDevice } from './hub-device.ts';
import { type Link, notice, publication, withCopies } from './link.ts';
import { LARGEST_MESSAGE } from './take-telemetry.ts';

/** Milliseconds for which a connection may go on after the end of its token: iot-hub-troubleshoot-connectivity.md. */
const GRACE_MS = 600_000;
/** Most bytes of a packet: the largest message, a topic of 65,535 bytes with its length, and 16 for header and Packet Identifier. */
export const LARGEST_PACKET: number = LARGEST_MESSAGE + 65_537 + 16;

/** Accepts or refuses a CONNECT at the hub. All checks are made here. */
export function admitToHub(
  packet: ConnectPacket,
  name: HubUserName,
  connection: ConnectionPort,
  hub: Hub,
  rules: HubConnectRules,
  now: number,
): DeviceSession | ConnectRefusal {
  const checked = checkHubConnect(packet, name, connection.peer.chain, hub, rules, now);
  return isConnectRefusal(checked) ? checked : new HubSession(connection, hub, name, checked, packet.will);
}

/** One connection of a device to its hub. */
class HubSession implements DeviceSession, SessionRules, HubConnection, Link {
  readonly connection: ConnectionPort;
  readonly hub: Hub;
  readonly device: HubDevice;
  readonly identity: HubIdentity;
  readonly modelId: string | undefined;
  readonly deviceKey: string;
  readonly registrationId: string;
  readonly facts: ConnectedFacts;
  readonly maxPacketSize = LARGEST_PACKET;
  readonly #will: ConnectPacket['will'];
  readonly #expiresAt: number | undefined;
  readonly #requests: DeviceRequests;
  #subscriptions = new Map<string, 0 | 1>();
  /** The device has sent DISCONNECT, so its will is not published [MQTT-3.1.2-8]. */
  #isDisconnecting = false;

  constructor(
    connection: ConnectionPort,
    hub: Hub,
    name: HubUserName,
    { device, credentials, expiresAt }: HubConnect,
    will: ConnectPacket['will'],
  ) {
    const { hostName, apiVersion = '', clientType } = name;
    this.connection = connection;
    this.hub = hub;
    this.device = device;
    // The device's own text: that of the user name is a part of a longer string, which it would keep in memory.
    const [deviceId = '', moduleId] = device.id.split('/');
    this.identity = { deviceId, moduleId };
    this.modelId = name.modelId === undefined ? undefined : ownText(name.modelId);
    this.registrationId = device.id;
    this.deviceKey = `hub ${this.registrationId}`;
    const agent = clientType === undefined ? {} : { clientVersion: clientType };
    this.facts = { apiVersion, hub: hostName, credentials, ...agent };
    this.#will = will;
    this.#requests = new DeviceRequests(this, apiVersion);
    this.#expiresAt = expiresAt === undefined ? undefined : expiresAt + GRACE_MS;
  }

  // Called by the connection.

  /** With CleanSession 0 subscriptions and unacknowledged messages continue [MQTT-3.1.2-4]. */
  open(cleanSession: boolean): boolean {
    const { device } = this;
    const kept = cleanSession ? undefined : device.subscriptions;
    if (kept === undefined) {
      device.queue.unlockAll();
      device.inFlight.clear();
    }
    this.#subscriptions = kept ?? new Map();
    device.subscriptions = cleanSession ? undefined : this.#subscriptions;
    device.connection = this;
    this.hub.changed();
    return kept !== undefined;
  }

  started(now: number): void {
    const again = this.device.inFlight.all.map(({ topicName, payload, packetId = 0 }) =>
      publication(topicName, payload, 1, packetId, true),
    );
    this.connection.send(again, now, {});
    resumeMessages(this, now);
    sendCertificate(this, now);
  }

  ended(now: number): void {
    this.hub.unlink(this.device, this);
    if (this.device.subscriptions === undefined) this.device.inFlight.clear();
    const will = this.#will;
    if (!this.#isDisconnecting && will !== undefined) this.#requests.takeWill(will.topicName, will.message, now);
  }

  get nextAt(): number | undefined {
    const { queue, certificateRequest } = this.device;
    const issuedAt = this.granted('credentials') === undefined ? undefined : certificateRequest?.answeredAt;
    const times = [this.#expiresAt, queue.nextAt, issuedAt].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  wake(now: number): void {
    if (this.#expiresAt !== undefined && now >= this.#expiresAt) {
      this.connection.close('the token has expired');
      return;
    }
    this.hub.messages.tick(this.device, now);
    sendMessages(this, now);
    sendCertificate(this, now);
  }

  receive(packet: Packet, now: number): void {
    servePacket(packet, this, this.connection, now);
  }

  // Packets of the device.

  findFilterFault(topicFilter: string): string | undefined {
    const known = readHubFilter(topicFilter, this.identity);
    if (known === undefined) return `a hub has nothing under ${topicFilter}`;
    if (this.hub.isBasic && known !== 'credentials') return `a hub of the Basic tier has nothing under ${topicFilter}`;
    const isSixth = !this.#subscriptions.has(topicFilter) && this.#subscriptions.size >= MOST_HUB_FILTERS;
    return isSixth ? `five filters at a time, and ${topicFilter} would be the sixth` : undefined;
  }

  subscribe(topicFilter: string, qos: 0 | 1): void {
    this.#subscriptions.set(topicFilter, qos);
    this.hub.changed();
  }

  subscribed(now: number): void {
    sendMessages(this, now);
    sendCertificate(this, now);
  }

  unsubscribe(topicFilters: readonly string[]): void {
    for (const filter of topicFilters) this.#subscriptions.delete(filter);
    this.hub.changed();
  }

  acknowledged(packetId: number, now: number): void {
    this.device.inFlight.acknowledge(packetId);
    this.hub.messages.complete(this.device, packetId, now);
    sendMessages(this, now);
  }

  disconnecting(): void {
    this.#isDisconnecting = true;
  }

  publish(packet: PublishPacket, now: number): void {
    this.#requests.serve(packet, now);
  }

  // Called by the hub's service side.

  granted(filter: HubFilter): 0 | 1 | undefined {
    for (const [name, qos] of this.#subscriptions) if (readHubFilter(name, this.identity) === filter) return qos;
    return undefined;
  }

  deliver(now: number): void {
    sendMessages(this, now);
  }

  sendMethod(requestId: string, method: string, payload: string): void {
    this.#publishNow(
      (fault) => publication(methodTopic(method, fault.requestId ?? requestId), utf8(payload), 0, 0),
      'method',
    );
  }

  sendDesired(patch: Readonly<Record<string, unknown>>, version: number): void {
    const qos = this.granted('twinDesired');
    if (qos === undefined) return;
    this.#publishNow(({ versionStep = 0 }) => {
      const told = version + versionStep;
      const body = JSON.stringify({ ...patch, $version: told });
      return notice(this, twinDesiredTopic(told), utf8(body), qos);
    }, 'desired');
  }

  close(now: number, reason: string): void {
    this.connection.close(reason);
    this.connection.settle(now);
  }

  /** Sends what the service side has started. */
  #publishNow(packetOf: (fault: Fault) => Packet, stage: ScenarioStage): void {
    const now = this.connection.now();
    const fault = this.connection.pick(stage);
    if (!fault.lose) this.connection.send(withCopies(packetOf(fault), fault.duplicate), now, fault);
    if (fault.restartMs !== undefined) this.hub.restart(now, fault.restartMs);
    this.connection.settle(now);
  }
}
