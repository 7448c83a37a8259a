import type { Enrollment } from '../service/enrollment/enrollment.ts';
import type { EmulatorConfig } from './emulator-config.ts';

/**
 * A configuration, or what `az iot dps enrollment` and `enrollment-group` print: one enrollment by itself (`show`), or
 * an array of them (`list`). Anything else is returned as it is.
 */
export function unwrapExport(value: unknown): unknown {
  if (Array.isArray(value)) return sorted(value);
  return isEnrollment(value) ? sorted([value]) : value;
}

function sorted(enrollments: readonly unknown[]): EmulatorConfig {
  const isGroup = (enrollment: unknown) => isObject(enrollment) && Object.hasOwn(enrollment, 'enrollmentGroupId');
  return {
    // What is no enrollment at all is named by the check of individual enrollments.
    individualEnrollments: enrollments.filter((enrollment) => !isGroup(enrollment)) as never,
    enrollmentGroups: enrollments.filter(isGroup) as never,
  };
}

const isEnrollment = (value: unknown): value is Enrollment =>
  isObject(value) &&
  Object.hasOwn(value, 'attestation') &&
  (Object.hasOwn(value, 'registrationId') || Object.hasOwn(value, 'enrollmentGroupId'));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
