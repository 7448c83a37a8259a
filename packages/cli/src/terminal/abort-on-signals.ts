/** A signal that aborts at the first Ctrl-C or SIGTERM. It then stops listening, so a second one ends the process at once. */
export function abortOnSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) => {
    release();
    controller.abort(new Error(name));
  };
  const release = () => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  return { signal: controller.signal, release };
}
