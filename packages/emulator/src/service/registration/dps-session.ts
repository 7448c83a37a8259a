import { RESPONSE_FILTER } from '@mote/client/azure';
import type { ConnectPacket, Packet, PublishPacket } from '@mote/codec';
import type { EnrollmentIndex } from '../enrollment/enrollment-index.ts';
import { isRefusal } from '../enrollment/refusal.ts';
import {
  type ConnectedFacts,
  type ConnectRefusal,
  type DeviceSession,
  isConnectRefusal,
} from '../mqtt/device-session.ts';
import type { ConnectionPort } from '../mqtt/ports.ts';
import { type SessionRules, servePacket } from '../mqtt/session-turn.ts';
import type { RecentMap } from '../values/recent-map.ts';
import { type ConnectRequest, checkConnect } from './check-connect.ts';
import { type DpsRequestSettings, DpsRequests } from './dps-requests.ts';
import type { Registrations } from './registrations.ts';
import { parseRequestTopic } from './topics.ts';

/** Settings of DPS. */
export interface DpsSettings extends DpsRequestSettings {
  readonly idScope: string;
  readonly apiVersions: ReadonlySet<string>;
  /** `deferred`: credentials are checked at the register request, as the service does. */
  readonly authentication: 'deferred' | 'eager';
}

/** Shared by all connections of DPS. */
export interface DpsEndpoint {
  readonly settings: DpsSettings;
  /** The enrollments in force. */
  enrollments(): EnrollmentIndex;
  readonly registrations: Registrations;
  /** QoS of subscriptions, by registration id in lower case. They are remembered since the Python SDK reconnects without SUBSCRIBE. */
  readonly subscriptions: RecentMap<0 | 1>;
}

/** Accepts or refuses a CONNECT at DPS. Credentials are checked at the first request. */
export function admitToDps(
  packet: ConnectPacket,
  connection: ConnectionPort,
  endpoint: DpsEndpoint,
): DeviceSession | ConnectRefusal {
  const request = checkConnect(packet, connection.peer.chain, endpoint.settings);
  return isConnectRefusal(request) ? request : new DpsSession(connection, request, endpoint);
}

/** Serves one connection of a device at DPS: subscribe, register, poll, ping, disconnect. */
class DpsSession implements DeviceSession, SessionRules {
  readonly registrationId: string;
  readonly deviceKey: string;
  readonly facts: ConnectedFacts;
  readonly #connection: ConnectionPort;
  readonly #endpoint: DpsEndpoint;
  readonly #requests: DpsRequests;
  /** QoS granted on this connection, or on an earlier one. */
  #granted: 0 | 1 | undefined;

  constructor(connection: ConnectionPort, request: ConnectRequest, endpoint: DpsEndpoint) {
    const { claim, apiVersion, clientVersion } = request;
    this.registrationId = claim.registrationId;
    this.deviceKey = `dps ${claim.registrationId.toLowerCase()}`;
    this.facts = {
      apiVersion,
      credentials: claim.credentials.type,
      ...(clientVersion !== undefined && { clientVersion }),
    };
    this.#connection = connection;
    this.#endpoint = endpoint;
    this.#requests = new DpsRequests(connection, request, endpoint);
  }

  authenticateEarly(now: number): ConnectRefusal | undefined {
    if (this.#endpoint.settings.authentication === 'deferred') return undefined;
    const entry = this.#requests.authenticate(now);
    return isRefusal(entry) ? { returnCode: 5, reason: entry.reason } : undefined;
  }

  /** CleanSession 1 begins without the subscription of an earlier connection [MQTT-3.1.2-6]. */
  open(cleanSession: boolean): boolean {
    if (cleanSession) this.#grant(undefined);
    else this.#granted = this.#endpoint.subscriptions.get(this.registrationId.toLowerCase());
    // DPS keeps no Session over connections, whatever CleanSession says [MQTT-3.2.2-1].
    return false;
  }

  receive(packet: Packet, now: number): void {
    servePacket(packet, this, this.#connection, now);
  }

  findFilterFault(topicFilter: string): string | undefined {
    return topicFilter === RESPONSE_FILTER
      ? undefined
      : `only ${RESPONSE_FILTER} may be subscribed to, not ${topicFilter}`;
  }

  subscribe(_topicFilter: string, qos: 0 | 1): void {
    this.#grant(qos);
  }

  unsubscribe(topicFilters: readonly string[]): void {
    if (topicFilters.includes(RESPONSE_FILTER)) this.#grant(undefined);
  }

  publish(packet: PublishPacket, now: number): void {
    const request = parseRequestTopic(packet.topicName);
    if (packet.qos === 2) this.#connection.close('the service does not take QoS 2');
    else if (request === undefined) this.#connection.close(`there is no topic ${packet.topicName}`);
    else this.#requests.serve(request, packet, this.#granted, now);
  }

  #grant(qos: 0 | 1 | undefined): void {
    const { subscriptions } = this.#endpoint;
    this.#granted = qos;
    if (qos === undefined) subscriptions.delete(this.registrationId.toLowerCase());
    else subscriptions.set(this.registrationId.toLowerCase(), qos);
  }
}
