// The platform of a runtime with web streams and timers. `connect(host, port)` gives, or promises, `{ readable, writable, close() }` over
// TLS whose certificate has been verified. Resolves with how it ended: `done`, or the code of an error.

import '../device.js';

export function runDevice(Mote, settings, connect, say) {
  globalThis.Mote = Mote;
  const now = () => performance.now();
  return new Promise((resolve) => {
    /** Counts dials, so that what an old connection still says is not taken for the present one's. */
    let number = 0;
    let socket;
    let writer;
    let timer;

    const platform = {
      dial: (host, port) => open(++number, host, port),
      // A write that fails is a lost connection, and the reader tells that.
      send: (bytes) => writer?.write(bytes).catch(() => {}),
      hangUp() {
        number++;
        const last = socket;
        writer?.ready.then(() => last.close?.()).catch(() => {});
        socket = writer = undefined;
      },
      wait(milliseconds) {
        clearTimeout(timer);
        timer = setTimeout(() => device.time(now()), milliseconds);
      },
      say,
      end(code) {
        clearTimeout(timer);
        platform.hangUp();
        resolve(code);
      },
    };

    async function open(dial, host, port) {
      let opened = false;
      try {
        const made = await connect(host, port);
        await made.opened;
        if (dial !== number) return made.close?.();
        socket = made;
        opened = true;
        writer = made.writable.getWriter();
        device.connected(now());
        const reader = made.readable.getReader();
        for (let step = await reader.read(); !step.done && dial === number; step = await reader.read())
          device.data(step.value, now());
        if (dial === number) device.lost(undefined, now());
      } catch {
        if (dial === number) device.lost(opened ? undefined : 'tcp', now());
      }
    }

    // The first dial begins within the call.
    let device = { connected() {}, data() {}, lost() {}, time() {} };
    device = globalThis.startDevice({ ...settings, unixTime: Date.now() / 1000 }, platform, now());
  });
}
