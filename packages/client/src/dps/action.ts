import type { Assignment } from './assignment.ts';
import type { ProgressEvent } from './progress.ts';

/** What a Registration asks its driver to do. The driver carries them out in the order of the array. */
export type Action =
  /** Open a new connection, then call `connected` or `lost`. Close an older connection first, if there is one. */
  | {
      readonly type: 'dial';
      /** Index into `routes`. */
      readonly route: number;
      /** Which key makes the SAS token: 0 for the primary one, 1 for the secondary one. */
      readonly alternative: number;
    }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** Close the connection at once, and ignore every later event of it. */
  | { readonly type: 'hang-up' }
  /** Call `wake` at this time. Replaces the time of an earlier `wait`. */
  | { readonly type: 'wait'; readonly until: number }
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  /** The last action. Close the connection when the bytes before it are sent. */
  | { readonly type: 'assigned'; readonly assignment: Assignment }
  /** The last action. `error` is a ProvisioningError, or whatever was thrown by a bug in this package or for lack of memory. */
  | { readonly type: 'failed'; readonly error: unknown };
