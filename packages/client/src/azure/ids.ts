/**
 * Accepts what the service's specification or its concept pages allow: they differ about the last character.
 *
 * @example
 * isRegistrationId('sensor-17'); // true
 * isRegistrationId('sensor 17'); // false
 */
export function isRegistrationId(text: string): boolean {
  return matches(text, /^[A-Za-z0-9](?:[A-Za-z0-9\-._:]{0,126}[A-Za-z0-9-])?$/);
}

/**
 * No source states the grammar. Seen are `0ne` or `0cn` and eight hex digits. Characters that could end a topic level or token field are
 * refused.
 *
 * @example
 * isIdScope('0ne00ABCDEF'); // true
 */
export function isIdScope(text: string): boolean {
  return matches(text, /^[\w-]{1,64}$/);
}

/**
 * True for a date, also with `-preview`: `2019-03-31`, `2025-07-01-preview`. Whether the service has it is not checked.
 *
 * @example
 * isApiVersion('2019-03-31'); // true
 */
export function isApiVersion(text: string): boolean {
  return matches(text, /^\d{4}-\d\d-\d\d(-preview)?$/);
}

/** True for a string of this form. Values that would only convert to one are refused. */
export function matches(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}
