import type { ProvisioningError } from './error.ts';
import type { Stage } from './stage.ts';

/** One step of a provisioning, for people (`message`) and for programs (`type` and its fields). */
export type ProgressEvent = ProgressStep & {
  readonly stage: Stage;
  /** Milliseconds since `provision` was called. */
  readonly elapsedMs: number;
  /** Number of the connection, from 1. */
  readonly attempt: number;
  /** A sentence. It holds no secret. */
  readonly message: string;
};

/** A step of a provisioning, for programs. */
export type ProgressStep =
  | { readonly type: 'dialling'; readonly transport: string; readonly host: string; readonly port: number }
  | { readonly type: 'connected'; readonly transport: string; readonly protocol: string | undefined }
  | { readonly type: 'connect-accepted' }
  | { readonly type: 'subscribed' }
  | { readonly type: 'registering'; readonly registrationId: string }
  | {
      readonly type: 'assigning';
      readonly retryAfter: number | undefined;
      readonly delayMs: number;
      readonly operationId: string;
    }
  | { readonly type: 'polling'; readonly operationId: string }
  | { readonly type: 'retrying'; readonly cause: ProvisioningError; readonly delayMs: number }
  | { readonly type: 'assigned'; readonly assignedHub: string; readonly deviceId: string };
