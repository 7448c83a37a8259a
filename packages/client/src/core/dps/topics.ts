import { quietly } from '../quietly.ts';

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
  const [, statusCode, query = ''] = /^\$dps\/registrations\/res\/([1-5]\d\d)\/\?(.*)$/s.exec(topicName) ?? [];
  const properties = new Map<string, string>();
  for (const property of query.split('&')) {
    // `+` stays: these are no form fields.
    const [name, value] = property.split(/=(.*)/s).map((part) => quietly(() => decodeURIComponent(part)));
    if (name === undefined || value === undefined) continue;
    const key = name.toLowerCase();
    if (properties.has(key)) return undefined;
    properties.set(key, value);
  }
  const requestId = properties.get('$rid');
  const retryAfter = properties.get('retry-after') ?? '';
  return requestId === undefined
    ? undefined
    : {
        statusCode: Number(statusCode),
        requestId,
        retryAfter: /^\d{1,15}$/.test(retryAfter) ? Number(retryAfter) : undefined,
      };
}
