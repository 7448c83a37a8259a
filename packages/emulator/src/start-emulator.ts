import type { Emulator } from './emulator.ts';
import type { EmulatorOptions } from './options.ts';

/** Starts the DPS device endpoint on this machine. Its CA, keys and certificates are made now and live as long as it does. */
export async function startEmulator(_options: EmulatorOptions = {}): Promise<Emulator> {
  throw new Error('not built yet');
}
