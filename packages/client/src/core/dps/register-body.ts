export interface RegisterBodyFields {
  readonly registrationId: string;
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** Base64 DER. */
  readonly csr?: string | undefined;
}

/** `{"registrationId":"{registrationId}","payload":{payload},"csr":"{csr}"}` */
export function registerBody({ registrationId, payload, csr }: RegisterBodyFields): string {
  return JSON.stringify({ registrationId, payload, csr });
}
