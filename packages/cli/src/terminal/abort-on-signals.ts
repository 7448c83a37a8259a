/** SIGHUP comes when the terminal is closed: then, too, a connection is to end with DISCONNECT, and an emulator is to write its state. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that aborts at the first Ctrl-C, SIGTERM or SIGHUP. It then stops listening, so a second one ends the process at once. */
export function abortOnSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) => {
    release();
    controller.abort(new Error(name));
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, abort);
  };
  for (const signal of SIGNALS) process.on(signal, abort);
  return { signal: controller.signal, release };
}
