/** A telemetry message as the hub passes it on. */
export interface Telemetry {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
  /** The payload of the PUBLISH. */
  readonly body: Uint8Array;
  /** Null for a name without `=`. */
  readonly properties: Readonly<Record<string, string | null>>;
  /** `messageId`, `contentType`, `contentEncoding`, `correlationId`, … */
  readonly systemProperties: Readonly<Record<string, string | null>>;
  /** Milliseconds since 1970, from the emulator's clock. */
  readonly enqueuedTime: number;
}
