export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Undefined when there was none. */
  readonly body: unknown;
}

export interface ApiResponse {
  readonly statusCode: number;
  readonly body?: unknown;
}
