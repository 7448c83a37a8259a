import type { Enrollment } from '../service/enrollment/enrollment.ts';
import type { EmulatorConfig } from './emulator-config.ts';

/**
 * Makes a configuration of what `az iot dps enrollment` and `enrollment-group` print: one enrollment (`show`), or an array of them
 * (`list`). Anything else is returned unchanged.
 */
export function unwrapExport(value: unknown): unknown {
  if (Array.isArray(value)) return sorted(value);
  return isEnrollment(value) ? sorted([value]) : value;
}

function sorted(enrollments: readonly unknown[]): EmulatorConfig {
  const isGroup = (enrollment: unknown) => isObject(enrollment) && Object.hasOwn(enrollment, 'enrollmentGroupId');
  return {
    // The check of individual enrollments reports what is not an enrollment.
    individualEnrollments: enrollments.filter((enrollment) => !isGroup(enrollment)) as never,
    enrollmentGroups: enrollments.filter(isGroup) as never,
  };
}

const isEnrollment = (value: unknown): value is Enrollment =>
  isObject(value) &&
  Object.hasOwn(value, 'attestation') &&
  (Object.hasOwn(value, 'registrationId') || Object.hasOwn(value, 'enrollmentGroupId'));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
