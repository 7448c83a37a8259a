/** Carries every answer of the service; the properties behind `?` are why it needs a wildcard. */
export const RESPONSE_FILTER = '$dps/registrations/res/#';

/** `$dps/registrations/PUT/iotdps-register/?$rid={requestId}` */
export function registerTopic(requestId: string): string {
  return `$dps/registrations/PUT/iotdps-register/?$rid=${requestId}`;
}

/** `$dps/registrations/GET/iotdps-get-operationstatus/?$rid={requestId}&operationId={operationId}` */
export function pollTopic(requestId: string, operationId: string): string {
  return `$dps/registrations/GET/iotdps-get-operationstatus/?$rid=${requestId}&operationId=${encodeURIComponent(operationId)}`;
}

export interface ResponseTopic {
  /** Three digits, as in HTTP. */
  readonly statusCode: number;
  readonly requestId: string;
  /** Seconds; undefined when absent or not a number of seconds. */
  readonly retryAfter: number | undefined;
}

/**
 * `$dps/registrations/res/{statusCode}/?$rid={requestId}&retry-after={seconds}`, properties in any order and
 * case, unknown ones ignored, a property given twice refused. Undefined for anything else.
 */
export function parseResponseTopic(topicName: string): ResponseTopic | undefined {
  const match = /^\$dps\/registrations\/res\/([1-5]\d\d)\/\?(.*)$/s.exec(topicName);
  if (match === null) return undefined;
  const properties = new Map<string, string>();
  for (const property of match[2]!.split('&')) {
    const equals = property.indexOf('=');
    if (equals < 0) continue;
    const name = decoded(property.slice(0, equals))?.toLowerCase();
    const value = decoded(property.slice(equals + 1));
    if (name === undefined || value === undefined) continue;
    if (properties.has(name)) return undefined;
    properties.set(name, value);
  }
  const requestId = properties.get('$rid');
  if (requestId === undefined) return undefined;
  const retryAfter = properties.get('retry-after');
  return {
    statusCode: Number(match[1]),
    requestId,
    retryAfter: retryAfter !== undefined && /^\d{1,15}$/.test(retryAfter) ? Number(retryAfter) : undefined,
  };
}

/** `+` stays: these are no form fields. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
