import { encodeBase64 } from '@mote/client/azure';
import type { CertificateIssuer } from '../credentials/certificate-issuer.ts';
import type { CertificateView } from '../credentials/certificate-view.ts';
import type { EnrollmentEntry } from '../enrollment/enrollment-index.ts';
import { isRefusal, refusal } from '../enrollment/refusal.ts';
import { Random } from '../values/random.ts';
import { RecentMap } from '../values/recent-map.ts';
import { ownMember } from '../values/record.ts';
import { serviceTime } from '../values/service-time.ts';
import { type AllocationHook, type AllocationOutcome, allocate, isAllocationFailure } from './allocation.ts';
import {
  type Answer,
  assignedAnswer,
  assigningAnswer,
  endedAnswer,
  errorAnswer,
  etag,
  makeOperationId,
} from './answer.ts';
import { badRequest, parseRegisterRequest } from './register-request.ts';
import type { RegistrationRecord } from './registration-record.ts';
import type { RegistrationStore } from './registration-store.ts';
import { reprovision } from './reprovision.ts';
import { Throttle, type Throttling } from './throttle.ts';

/** A device that was authenticated. */
export interface AuthenticatedDevice {
  readonly registrationId: string;
  readonly apiVersion: string;
  readonly entry: EnrollmentEntry;
  readonly certificate: CertificateView | undefined;
}

interface Operation {
  readonly id: string;
  readonly device: AuthenticatedDevice;
  readonly issuedCertificateChain: readonly string[] | undefined;
  /** Undefined while a custom hook has not answered. */
  outcome: AllocationOutcome | undefined;
  pollsLeft: number;
  finished: Answer | undefined;
}

/** Operations that are kept for each device. A poll for an earlier one may come after a new register request. */
const OPERATIONS_KEPT = 4;

/** The date of the first api-version whose answers have `connectionProfile`. */
const PROFILES_SINCE = '2026-11-02';

/** Settings that registrations are served by. */
export interface RegistrationSettings {
  readonly seed: number;
  readonly throttling: Throttling | undefined;
  readonly retryAfterSeconds: number;
  readonly pollsBeforeAssigned: number;
  readonly connectionProfiles: Readonly<Record<string, string>>;
  readonly allocate: AllocationHook;
  readonly geoLatency: Readonly<Record<string, number>>;
  readonly issueCertificate: CertificateIssuer;
  readonly limits: { readonly maxRegistrations: number };
}

/** An assigned device, as the hub is told. */
export interface HubAssignment {
  readonly record: RegistrationRecord;
  readonly entry: EnrollmentEntry;
  readonly certificate: CertificateView | undefined;
  /** True when a certificate was issued for its signing request. */
  readonly hasIssued: boolean;
}

/** Serves register and poll requests of authenticated devices: operations, assignments, answers. */
export class Registrations {
  readonly #settings: RegistrationSettings;
  readonly #store: RegistrationStore;
  readonly #onAssigned: (assignment: HubAssignment) => void;
  readonly #throttle: Throttle;
  readonly #operations: RecentMap<Operation[]>;
  readonly #randoms: RecentMap<Random>;

  constructor(
    settings: RegistrationSettings,
    store: RegistrationStore,
    onAssigned: (assignment: HubAssignment) => void,
  ) {
    this.#settings = settings;
    this.#store = store;
    this.#onAssigned = onAssigned;
    this.#throttle = new Throttle(settings.throttling);
    this.#operations = new RecentMap(settings.limits.maxRegistrations);
    this.#randoms = new RecentMap(settings.limits.maxRegistrations);
  }

  register(device: AuthenticatedDevice, body: Uint8Array, now: number): Answer {
    const { registrationId, entry } = device;
    const random = this.randomFor(registrationId);
    const wait = this.#throttle.register(now);
    if (wait !== undefined) return tooMany(random, now, wait);
    const request = parseRegisterRequest(body, registrationId, device.apiVersion);
    if (isRefusal(request)) return errorAnswer(request, random, now);
    if (entry.status === 'disabled') return endedAnswer('', { registrationId, status: 'disabled' }, random, now);
    if (!this.#store.hasRoomFor(registrationId)) return tooMany(random, now, this.#settings.retryAfterSeconds);
    const issued = request.csr && this.#settings.issueCertificate(request.csr, registrationId);
    if (typeof issued === 'string') return errorAnswer(badRequest(issued), random, now);
    const operation: Operation = {
      id: makeOperationId(random),
      device,
      issuedCertificateChain: issued?.map((der) => encodeBase64(der)),
      outcome: undefined,
      pollsLeft: this.#settings.pollsBeforeAssigned,
      finished: undefined,
    };
    this.#remember(operation);
    this.#startAllocation(operation, request.payload);
    const finished = operation.pollsLeft === 0 ? this.#finish(operation, random, now) : undefined;
    return finished ?? assigningAnswer(operation.id, this.#settings.retryAfterSeconds);
  }

  poll(registrationId: string, operationId: string, now: number): Answer {
    const random = this.randomFor(registrationId);
    const wait = this.#throttle.poll(registrationId, now);
    if (wait !== undefined) return tooMany(random, now, wait);
    if (operationId === '') return errorAnswer(badRequest('the topic has no operationId'), random, now);
    const operation = this.#operations.get(registrationId.toLowerCase())?.find(({ id }) => id === operationId);
    if (operation === undefined) {
      return errorAnswer(refusal(404, 404000, 'Operation not found', 'this device has no such operation'), random, now);
    }
    if (operation.finished !== undefined) return operation.finished;
    operation.pollsLeft = Math.max(0, operation.pollsLeft - 1);
    const finished = operation.pollsLeft === 0 ? this.#finish(operation, random, now) : undefined;
    return finished ?? assigningAnswer(operation.id, this.#settings.retryAfterSeconds, registrationId);
  }

  /** Source of ids for this device, in the order of its own requests. */
  randomFor(registrationId: string): Random {
    const key = registrationId.toLowerCase();
    const known = this.#randoms.get(key);
    if (known !== undefined) return known;
    const random = new Random(this.#settings.seed, `ids ${key}`);
    this.#randoms.set(key, random);
    return random;
  }

  #remember(operation: Operation): void {
    const key = operation.device.registrationId.toLowerCase();
    this.#operations.set(key, [operation, ...(this.#operations.get(key) ?? [])].slice(0, OPERATIONS_KEPT));
  }

  #startAllocation(operation: Operation, payload: unknown): void {
    const { registrationId, entry } = operation.device;
    const assignedHub = this.#store.get(registrationId)?.record.assignedHub;
    const request = { registrationId, payload, enrollment: entry.source, iotHubs: entry.iotHubs, assignedHub };
    const outcome = allocate(entry, request, { hook: this.#settings.allocate, geoLatency: this.#settings.geoLatency });
    if (!(outcome instanceof Promise)) {
      operation.outcome = outcome;
      return;
    }
    void outcome.then((late) => {
      operation.outcome = late;
    });
  }

  #finish(operation: Operation, random: Random, now: number): Answer | undefined {
    const { outcome, device } = operation;
    if (outcome === undefined) return undefined;
    if (isAllocationFailure(outcome)) {
      const state = { registrationId: device.registrationId, status: 'failed', ...outcome };
      operation.finished = endedAnswer(operation.id, state, random, now);
      return operation.finished;
    }
    const record = this.#assign(device, outcome.iotHubHostName, outcome.payload, random, now);
    const { entry, certificate } = device;
    this.#onAssigned({ record, entry, certificate, hasIssued: operation.issuedCertificateChain !== undefined });
    const profile = ownMember(this.#settings.connectionProfiles, record.assignedHub);
    const answer = assignedAnswer(operation.id, record, {
      ...attestationState(device),
      ...(operation.issuedCertificateChain && { issuedCertificateChain: operation.issuedCertificateChain }),
      ...(profile !== undefined && device.apiVersion >= PROFILES_SINCE && { connectionProfile: profile }),
    });
    // Only the first answer that says `assigned` makes the event.
    const { assigned: _told, ...again } = answer;
    operation.finished = again;
    return answer;
  }

  #assign({ registrationId, entry }: AuthenticatedDevice, hub: string, payload: unknown, random: Random, now: number) {
    const previous = this.#store.get(registrationId);
    const placement = reprovision(previous?.record, previous?.initialHub, hub, entry.reprovisionPolicy);
    const record = {
      registrationId,
      createdDateTimeUtc: previous?.record.createdDateTimeUtc ?? serviceTime(now),
      assignedHub: placement.assignedHub,
      deviceId: entry.deviceId ?? registrationId,
      status: 'assigned' as const,
      substatus: placement.substatus,
      lastUpdatedDateTimeUtc: serviceTime(now),
      etag: etag(random),
      ...(payload !== undefined && { payload }),
      ...(entry.kind === 'group' && { enrollmentGroupId: entry.id }),
    };
    this.#store.set({ record, initialHub: previous?.initialHub ?? placement.assignedHub });
    return record;
  }
}

function tooMany(random: Random, now: number, wait: number): Answer {
  const refused = refusal(429, 429001, 'Too many requests', 'the quota of requests is used up');
  return errorAnswer(refused, random, now, wait);
}

/** The members `x509` or `symmetricKey` of a registration. */
function attestationState({ entry, certificate }: AuthenticatedDevice): Record<string, unknown> {
  const group = entry.kind === 'group' ? { enrollmentGroupId: entry.id } : {};
  if (entry.attestation.type === 'symmetricKey') return { symmetricKey: group };
  return { x509: { ...(certificate && { certificateInfo: certificate.info }), ...group } };
}
