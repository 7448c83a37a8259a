import type { CloseManner, DeliveryStep } from '../faults/delivery.ts';
import { concat } from '../values/bytes.ts';

/** Bytes that a step takes in memory beside those that it sends. They count: the answer to PINGREQ sends only two. */
const STEP_BYTES = 64;

/** What is due, with packets that are due together in one write. */
export type OutboxAction =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'close'; readonly manner: CloseManner }
  | { readonly type: 'stall' };

/** The steps that wait to be sent to a device, with their times. Packets that are due together are written together. */
export class Outbox {
  readonly #steps: (DeliveryStep & { readonly at: number })[] = [];
  /** What the steps that wait take in memory. */
  bytes = 0;

  add(steps: readonly DeliveryStep[], now: number): void {
    for (const step of steps) {
      const behind = this.#steps[this.#steps.length - 1]?.at ?? now;
      this.#steps.push({ ...step, at: Math.max(now, behind) + step.delayMs });
      this.bytes += sizeOf(step);
    }
  }

  /** When the next step is due. */
  get nextAt(): number | undefined {
    return this.#steps[0]?.at;
  }

  /** Removes and returns the steps that are due. */
  due(now: number): OutboxAction[] {
    const count = this.#steps.findIndex(({ at }) => at > now);
    const actions: OutboxAction[] = [];
    let together: Uint8Array[] = [];
    const flush = () => {
      if (together.length > 0) actions.push({ type: 'send', bytes: concat(together) });
      together = [];
    };
    for (const step of this.#steps.splice(0, count < 0 ? this.#steps.length : count)) {
      this.bytes -= sizeOf(step);
      if (step.type === 'write' && !step.alone) {
        together.push(step.bytes);
        continue;
      }
      flush();
      if (step.type === 'write') actions.push({ type: 'send', bytes: step.bytes });
      else actions.push(step.type === 'close' ? { type: 'close', manner: step.manner } : { type: 'stall' });
    }
    flush();
    return actions;
  }
}

const sizeOf = (step: DeliveryStep): number => STEP_BYTES + (step.type === 'write' ? step.bytes.length : 0);
