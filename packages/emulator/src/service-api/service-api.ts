import { randomUUID } from 'node:crypto';
import { ConfigError } from '../config/config-error.ts';
import { parseEnrollment } from '../config/parse-config.ts';
import type { EmulatedHub } from '../hub-api/emulated-hub.ts';
import type { Enrollment } from '../service/enrollment/enrollment.ts';
import { type EnrollmentEntry, EnrollmentIndex } from '../service/enrollment/enrollment-index.ts';
import type { Service } from '../service/service.ts';
import { ownMember } from '../service/values/record.ts';
import { serviceTime } from '../service/values/service-time.ts';
import type { ApiRequest, ApiResponse } from './api-exchange.ts';
import { answerHub } from './hub-routes.ts';

type Kind = EnrollmentEntry['kind'];

const KINDS: Readonly<Record<string, Kind>> = { enrollments: 'individual', enrollmentGroups: 'group' };

/** The service's REST API, as far as a test needs it: enrollments, groups and registrations, in the service's JSON. */
export class ServiceApi {
  readonly #service: Service;
  readonly #prepare: (enrollment: Enrollment) => EnrollmentEntry;
  readonly #hub: EmulatedHub;
  readonly #now: () => number;

  constructor(
    service: Service,
    prepare: (enrollment: Enrollment) => EnrollmentEntry,
    hub: EmulatedHub,
    now: () => number,
  ) {
    this.#service = service;
    this.#prepare = prepare;
    this.#hub = hub;
    this.#now = now;
  }

  answer(request: ApiRequest): ApiResponse | Promise<ApiResponse> {
    const { method, path, body } = request;
    const atHub = answerHub(request, this.#hub);
    if (atHub !== undefined) return atHub;
    const [collection = '', id, action] = path.split('/').slice(1).map(decodeURIComponent);
    const kind = ownMember(KINDS, collection);
    if (kind !== undefined) return this.#enrollments(kind, method, id, action, body);
    if (collection === 'registrations') return this.#registrations(method, id, action);
    return this.#failure(404, 404000, `there is no ${path}`);
  }

  #enrollments(
    kind: Kind,
    method: string,
    id: string | undefined,
    action: string | undefined,
    body: unknown,
  ): ApiResponse {
    const ofKind = this.#service.enrollments.entries.filter((entry) => entry.kind === kind);
    if ((method === 'GET' && id === undefined) || (method === 'POST' && id === 'query')) {
      return { statusCode: 200, items: ofKind.map(({ source }) => source) };
    }
    if (id === undefined) return this.#failure(405, 405000, `${method} needs an id here`);
    const found = ofKind.find((entry) => entry.id.toLowerCase() === id.toLowerCase());
    if (method === 'PUT' && action === undefined) return this.#put(kind, id, body);
    if (found === undefined) return this.#failure(404, 404201, 'Enrollment not found');
    if (method === 'GET' && action === undefined) return { statusCode: 200, body: found.source };
    if (method === 'POST' && action === 'attestationmechanism')
      return { statusCode: 200, body: found.source.attestation };
    if (method !== 'DELETE' || action !== undefined) return this.#failure(405, 405000, `${method} has no meaning here`);
    this.#replace(found, undefined);
    return { statusCode: 204 };
  }

  #put(kind: Kind, id: string, body: unknown): ApiResponse {
    try {
      const entry = this.#prepare(this.#stamp(parseEnrollment(body, kind)));
      if (entry.id.toLowerCase() !== id.toLowerCase())
        return this.#failure(400, 400004, `the body is for "${entry.id}"`);
      const found = this.#service.enrollments.entries.find(
        (other) => other.kind === kind && other.id.toLowerCase() === id.toLowerCase(),
      );
      const { maxRegistrations } = this.#service.limits;
      if (found === undefined && this.#service.enrollments.entries.length >= maxRegistrations)
        return this.#failure(403, 403000, `there are ${maxRegistrations} enrollments, which are the most here`);
      this.#replace(found, entry);
      return { statusCode: 200, body: entry.source };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return this.#failure(400, 400004, error.message);
    }
  }

  /** The members that the service adds. */
  #stamp(enrollment: Enrollment): Enrollment {
    const now = serviceTime(this.#now());
    const { createdDateTimeUtc = now } = enrollment;
    return { ...enrollment, createdDateTimeUtc, lastUpdatedDateTimeUtc: now, etag: `"${randomUUID()}"` };
  }

  #replace(old: EnrollmentEntry | undefined, entry: EnrollmentEntry | undefined): void {
    const others = this.#service.enrollments.entries.filter((other) => other !== old);
    this.#service.enrollments = new EnrollmentIndex(entry === undefined ? others : [...others, entry]);
  }

  #registrations(method: string, id: string | undefined, action: string | undefined): ApiResponse {
    const { store } = this.#service;
    const records = store.all().map(({ record }) => record);
    if (id === undefined && method === 'GET') return { statusCode: 200, items: records };
    if (id === undefined) return this.#failure(405, 405000, `${method} needs an id here`);
    if (method === 'POST' && action === 'query') {
      return { statusCode: 200, items: records.filter(({ enrollmentGroupId }) => enrollmentGroupId === id) };
    }
    const found = store.get(id);
    if (found === undefined) return this.#failure(404, 404202, 'Registration not found');
    if (method === 'GET' && action === undefined) return { statusCode: 200, body: found.record };
    if (method !== 'DELETE' || action !== undefined) return this.#failure(405, 405000, `${method} has no meaning here`);
    store.delete(id);
    return { statusCode: 204 };
  }

  #failure(statusCode: number, errorCode: number, message: string): ApiResponse {
    const timestampUtc = serviceTime(this.#now());
    return { statusCode, body: { errorCode, trackingId: randomUUID(), message, timestampUtc } };
  }
}
