/** A signal that aborts on Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once, as people expect of it. */
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
