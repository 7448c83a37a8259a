import { viewOf } from './words.ts';

/** Copies `from[start .. end)` to `at`. A loop is faster for few bytes than the view that `set` would need: 21 ns on Node 20. */
export function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 64) to.set(new Uint8Array(from.buffer, from.byteOffset + start, end - start), at);
  else for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
}

/** Rhino refuses an offset at the very end, even for nothing. */
export function copyAll(from: Uint8Array, to: Uint8Array, at: number): void {
  if (from.length) to.set(from, at);
}

let lastTarget: Uint8Array | undefined;
let targetView: DataView | undefined;

/**
 * Copies a Topic Name behind its length, of which `view` is a view: eight bytes at a time, the last word overlapping, if the
 * target is the same as the last time. As floats: bytes that would spell no number, of which an engine may change some, are not
 * UTF-8.
 */
export function copyTopic(
  topic: Uint8Array,
  view: DataView | undefined,
  count: number,
  target: Uint8Array,
  at: number,
): void {
  const last = count - 8;
  if (target !== lastTarget) {
    lastTarget = target;
    targetView = undefined;
  } else if (view && last >= 0) {
    targetView ??= viewOf(target) as DataView;
    for (let i = 0; i < last; i += 8) targetView.setFloat64(at + i, view.getFloat64(i, true), true);
    targetView.setFloat64(at + last, view.getFloat64(last, true), true);
    return;
  }
  copy(topic, 0, count, target, at);
}
