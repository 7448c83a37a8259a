/** What it throws is dropped, and what the promise or thenable that it returns rejects with. */
export function observe(call: () => unknown): void {
  new Promise((settle) => settle(call())).catch(() => {});
}
