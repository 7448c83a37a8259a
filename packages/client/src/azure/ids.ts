/** The union of what specification and concept pages of the service allow; they differ about the last character. */
export function isRegistrationId(text: string): boolean {
  return matches(text, /^[A-Za-z0-9](?:[A-Za-z0-9\-._:]{0,126}[A-Za-z0-9-])?$/);
}

/** No source states the grammar; seen are `0ne` or `0cn` and eight hex digits. What could break out of a topic or token is refused. */
export function isIdScope(text: string): boolean {
  return matches(text, /^[\w-]{1,64}$/);
}

export function isApiVersion(text: string): boolean {
  return matches(text, /^\d{4}-\d\d-\d\d(-preview)?$/);
}

/** Text of this form, and nothing that would only turn into it. */
export function matches(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}
