/** The union of what specification and concept pages of the service allow; they differ about the last character. */
export function isRegistrationId(text: string): boolean {
  return typeof text === 'string' && /^[A-Za-z0-9](?:[A-Za-z0-9\-._:]{0,126}[A-Za-z0-9-])?$/.test(text);
}

/** No source states the grammar; seen are `0ne` or `0cn` and eight hex digits. What could break out of a topic or token is refused. */
export function isIdScope(text: string): boolean {
  return typeof text === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

export function isApiVersion(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(-preview)?$/.test(text);
}
