import type { ConnectPacket } from '@mote/codec';
import type { EnrollmentEntry } from './enrollment/enrollment-index.ts';
import { EnrollmentIndex } from './enrollment/enrollment-index.ts';
import type { EmulatorEvent } from './events.ts';
import { FaultPicker, type FaultTarget, type PickedFault } from './faults/fault-picker.ts';
import type { HubConnectRules } from './hub/check-hub-connect.ts';
import { parseHubUserName } from './hub/host-name.ts';
import { Hub } from './hub/hub.ts';
import { credentialsFrom } from './hub/hub-credentials.ts';
import { admitToHub } from './hub/hub-session.ts';
import type { Action } from './mqtt/channel.ts';
import { Connection } from './mqtt/connection.ts';
import { Connections } from './mqtt/connections.ts';
import type { ConnectRefusal, DeviceSession } from './mqtt/device-session.ts';
import type { ConnectionHost, ConnectionPort, Peer } from './mqtt/ports.ts';
import { admitToDps, type DpsEndpoint } from './registration/dps-session.ts';
import { RegistrationStore } from './registration/registration-store.ts';
import { type HubAssignment, Registrations } from './registration/registrations.ts';
import type { ServiceSettings } from './settings.ts';
import { Random } from './values/random.ts';
import { RecentMap } from './values/recent-map.ts';

/** DPS and its hubs: puts the parts of the service core together. */
export class Service implements ConnectionHost {
  readonly settings: ServiceSettings;
  readonly store: RegistrationStore;
  readonly hub: Hub;
  /** Replaced as a whole when the scenario changes. */
  faults: FaultPicker;
  /** Replaced as a whole when the enrollments change. */
  enrollments: EnrollmentIndex;
  readonly #registrations: Registrations;
  readonly #connections = new Connections();
  readonly #dps: DpsEndpoint;
  readonly #hubRules: HubConnectRules;

  constructor(settings: ServiceSettings, enrollments: readonly EnrollmentEntry[]) {
    this.settings = settings;
    this.store = new RegistrationStore(settings.limits.maxRegistrations);
    this.hub = new Hub({
      ...settings.hub,
      issueCertificate: settings.issueCertificate,
      maxUnacknowledged: settings.limits.maxUnacknowledged,
      emit: (event) => settings.emit({ time: settings.now(), connection: 0, ...event }),
    });
    this.#registrations = new Registrations(settings, this.store, (assignment) => this.#makeDevice(assignment));
    this.faults = new FaultPicker(settings.scenario, settings.seed);
    this.enrollments = new EnrollmentIndex(enrollments);
    this.#dps = {
      settings,
      enrollments: () => this.enrollments,
      registrations: this.#registrations,
      subscriptions: new RecentMap(settings.limits.maxRegistrations),
    };
    const { hmac, chainChecks } = settings;
    this.#hubRules = { ...settings.hub, hmac, chainChecks };
  }

  /** A transport is connected. `perform` is called with the actions for it, during this call and later ones. */
  accept(peer: Peer, perform: (action: Action) => void, now: number): Connection {
    return this.#connections.add((number) => new Connection(this, this.#connections, number, peer, perform, now), now);
  }

  get connectionCount(): number {
    return this.#connections.count;
  }

  closeAll(now: number, reason: string): void {
    this.#connections.closeAll(now, reason);
  }

  /** Loads the registrations of a state file. The hub knows their devices again if their enrollments still exist. */
  restoreDevices(): void {
    for (const { record } of this.store.all()) {
      const { enrollmentGroupId, registrationId } = record;
      const entry =
        enrollmentGroupId === undefined
          ? this.enrollments.individual(registrationId)
          : this.enrollments.groups.find(({ id }) => id === enrollmentGroupId);
      if (entry !== undefined) this.#makeDevice({ record, entry, certificate: undefined, hasIssued: true });
    }
  }

  // Called by connections.

  get limits(): ServiceSettings['limits'] {
    return this.settings.limits;
  }

  now(): number {
    return this.settings.now();
  }

  emit(event: EmulatorEvent): void {
    this.settings.emit(event);
  }

  pickFault(target: FaultTarget): PickedFault {
    return this.faults.pick(target);
  }

  random(registrationId: string | undefined, connection: number): Random {
    return registrationId === undefined
      ? new Random(this.settings.seed, `connection ${connection}`)
      : this.#registrations.randomFor(registrationId);
  }

  /** The user name decides whether DPS or the hub serves the device. */
  admit(packet: ConnectPacket, level: 3 | 4, connection: ConnectionPort, now: number): DeviceSession | ConnectRefusal {
    const atHub = packet.userName === undefined ? undefined : parseHubUserName(packet.userName);
    if (atHub === undefined) return admitToDps(packet, connection, this.#dps);
    return level === 3
      ? { returnCode: 1, reason: 'a hub speaks MQTT 3.1.1; this CONNECT is of MQTT 3.1 (MQIsdp, level 3)' }
      : admitToHub(packet, atHub, connection, this.hub, this.#hubRules, now);
  }

  /** Adds a device that DPS has assigned to the hub's identities. */
  #makeDevice({ record, entry, certificate, hasIssued }: HubAssignment): void {
    const { hub, hmac } = this.settings;
    const { registrationId, deviceId, assignedHub, substatus } = record;
    const credentials = credentialsFrom(entry, registrationId, certificate, hasIssued ? hub.issuer : undefined, hmac);
    this.hub.put(deviceId, assignedHub, credentials, {
      keepsData: substatus !== 'deviceDataReset',
      registrationId,
      initialTwin: entry.source.initialTwin ?? undefined,
    });
  }
}
