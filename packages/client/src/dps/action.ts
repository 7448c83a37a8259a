import type { Assignment } from './assignment.ts';
import type { ProgressEvent } from './progress.ts';

/** What a Registration asks its driver to do, in this order. */
export type Action =
  /** Open a new connection, then call `connected`, or `lost`. Hang up on one that still stands. */
  | {
      readonly type: 'dial';
      /** Index into `routes`. */
      readonly route: number;
      /** Which proof of identity to use: 0, or 1 for the secondary key. */
      readonly alternative: number;
    }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** The connection is of no use any more: drop it and everything it still says. */
  | { readonly type: 'hang-up' }
  /** Call `wake` at this time; it replaces what was asked before. */
  | { readonly type: 'wait'; readonly until: number }
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  /** The last action. Close the connection after what was sent. */
  | { readonly type: 'assigned'; readonly assignment: Assignment }
  /** The last action. `error` is a ProvisioningError, or what was thrown where this package has a mistake, or no memory. */
  | { readonly type: 'failed'; readonly error: unknown };
