import type { InitialTwin } from '../enrollment/enrollment.ts';
import { utf8Length } from '../values/bytes.ts';
import { isRecord } from '../values/record.ts';

/** A section of a twin: a JSON object. */
export type TwinValues = Readonly<Record<string, unknown>>;

/** A twin as it is kept. Desired and reported properties have a version that counts their changes. */
export interface StoredTwin {
  readonly desired: TwinValues;
  readonly reported: TwinValues;
  /** Of the service side alone: a device does not see them. */
  readonly tags: TwinValues;
  readonly desiredVersion: number;
  readonly reportedVersion: number;
}

/** A change by the service side. What is left out stays. */
export interface TwinChange {
  readonly desired?: TwinValues | undefined;
  readonly tags?: TwinValues | undefined;
}

// Limits of the service, from iot-hub-devguide-device-twins.md. The client has its own copy of them (hub/limits.ts), so that a mistake in
// one of the two fails a test that runs both.

/** Most bytes of a section, as `sizeOf` counts them. */
const MOST_BYTES = { desired: 32_768, reported: 32_768, tags: 8192 } as const;
/** Most levels of objects and arrays. */
const DEEPEST = 10;
/** Most bytes of a name. */
const LONGEST_NAME = 1024;
/** Most bytes of a text. */
const LONGEST_TEXT = 4096;
/** Integers have 53 bits with their sign: from -2^52 to 2^52 - 1. */
const LEAST_INTEGER = -4_503_599_627_370_496;
const MOST_INTEGER = 4_503_599_627_370_495;
const NUMBER_BYTES = 8;
const BOOLEAN_BYTES = 4;

/** The desired and reported properties of one device, and its tags. */
export class Twin {
  #stored: StoredTwin;

  /** State files of earlier versions have no tags. */
  constructor(stored: Partial<StoredTwin> = {}) {
    this.#stored = { desired: {}, reported: {}, tags: {}, desiredVersion: 1, reportedVersion: 1, ...stored };
  }

  /** A new twin, as an enrollment wants it. What the service would refuse is left out; configurations are checked before. */
  static initial({ tags, properties }: InitialTwin = {}): Twin {
    const sectionOf = (name: Section, given: unknown): TwinValues => {
      const values = merged({}, given ?? {}, name);
      return typeof values === 'string' ? {} : values;
    };
    return new Twin({ desired: sectionOf('desired', properties?.desired), tags: sectionOf('tags', tags) });
  }

  get stored(): StoredTwin {
    return this.#stored;
  }

  /** The twin as a device reads it. */
  get document(): { readonly desired: TwinValues; readonly reported: TwinValues } {
    const { desired, reported, desiredVersion, reportedVersion } = this.#stored;
    return { desired: { ...desired, $version: desiredVersion }, reported: { ...reported, $version: reportedVersion } };
  }

  get tags(): TwinValues {
    return this.#stored.tags;
  }

  /** Changes the reported properties and returns their new version. A text is the reason of a refusal. */
  report(patch: unknown): number | string {
    const reported = merged(this.#stored.reported, patch, 'reported');
    if (typeof reported === 'string') return reported;
    this.#stored = { ...this.#stored, reported, reportedVersion: this.#stored.reportedVersion + 1 };
    return this.#stored.reportedVersion;
  }

  /**
   * Changes desired properties and tags, both or none of them: merges, or `replaces` a whole section. Returns the version of the
   * desired properties. A text is the reason of a refusal.
   */
  change({ desired: patch, tags: tagPatch }: TwinChange, replaces = false): number | string {
    const stored = this.#stored;
    const desired = patch === undefined ? stored.desired : merged(replaces ? {} : stored.desired, patch, 'desired');
    if (typeof desired === 'string') return desired;
    const tags = tagPatch === undefined ? stored.tags : merged(replaces ? {} : stored.tags, tagPatch, 'tags');
    if (typeof tags === 'string') return tags;
    const desiredVersion = stored.desiredVersion + (patch === undefined ? 0 : 1);
    this.#stored = { ...stored, desired, tags, desiredVersion };
    return desiredVersion;
  }
}

type Section = keyof typeof MOST_BYTES;

/** Why these values cannot be a section of a twin. Undefined when they can. */
export function findSectionFault(values: unknown, section: Section): string | undefined {
  const result = merged({}, values, section);
  return typeof result === 'string' ? result : undefined;
}

function merged(before: TwinValues, patch: unknown, section: Section): TwinValues | string {
  if (!isRecord(patch)) return 'the patch is not a JSON object';
  // A `$version`, left over from reading a twin, is ignored; of the service side, which reads more, a `$metadata` too.
  const { $version: _version, ...values } = patch;
  if (section !== 'reported') delete values['$metadata'];
  const fault = findFault(values, 1);
  if (fault !== undefined) return fault;
  const result = mergePatch(before, values);
  const bytes = sizeOf(result);
  const most = MOST_BYTES[section];
  return bytes > most ? `the section would have ${bytes} bytes, ${most} are allowed` : result;
}

/** Merges a patch [RFC 7396]. Arrays are replaced as a whole. */
function mergePatch(target: unknown, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = new Map(Object.entries(isRecord(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, isRecord(value) ? mergePatch(result.get(name), value) : value);
  }
  return Object.fromEntries(result);
}

function findFault(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string' && utf8Length(value) > LONGEST_TEXT) {
    return `a text has ${utf8Length(value)} bytes, ${LONGEST_TEXT} are allowed`;
  }
  // 1e999 is JSON, and no number that JSON could write again.
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return 'a number is too large';
  if (typeof value === 'number' && Number.isInteger(value) && (value < LEAST_INTEGER || value > MOST_INTEGER)) {
    return `the number ${value} is outside ${LEAST_INTEGER} to ${MOST_INTEGER}`;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST) return `it nests deeper than ${DEEPEST} levels`;
  const isList = Array.isArray(value);
  for (const [name, inner] of Object.entries(value)) {
    const fault = (isList ? undefined : findNameFault(name)) ?? findFault(inner, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findNameFault(name: string): string | undefined {
  if (utf8Length(name) > LONGEST_NAME) return `a name has ${utf8Length(name)} bytes, ${LONGEST_NAME} are allowed`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return /[.$ \u0000-\u001f\u007f-\u009f]/.test(name)
    ? `the name "${name}" holds a dot, a dollar, a blank or a control`
    : undefined;
}

/** Size as the service counts it: names and strings in UTF-8, 8 bytes for a number, 4 for a boolean. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return utf8Length(value);
  if (typeof value === 'number') return NUMBER_BYTES;
  if (typeof value === 'boolean') return BOOLEAN_BYTES;
  if (typeof value !== 'object' || value === null) return 0;
  const names = Array.isArray(value) ? 0 : Object.keys(value).reduce((sum, name) => sum + utf8Length(name), 0);
  return Object.values(value).reduce((sum: number, inner) => sum + sizeOf(inner), names);
}
