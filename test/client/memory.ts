import { type ProvisionOptions, symmetricKey } from '@mote/client';
import { MemoryServer } from './hostile/in-memory.ts';
import { ASSIGNED } from './hostile/script.ts';

/** A good server in memory that assigns at once, and the options of a call to it. */
export function inMemory(options: Partial<ProvisionOptions> = {}): ProvisionOptions {
  return {
    idScope: '0ne00ABCDEF',
    registrationId: 'device',
    attestation: symmetricKey(Buffer.alloc(32, 7).toString('base64')),
    transport: new MemoryServer({ answer: () => ({ status: 200, body: ASSIGNED }) }),
    timeoutMs: 20_000,
    retry: { attempts: 0 },
    ...options,
  };
}

/** What the process complains of while this runs: rejections, exceptions and warnings that nobody handled. */
export async function complaintsDuring(run: () => Promise<unknown>): Promise<unknown[]> {
  const complaints: unknown[] = [];
  const complain = (what: unknown): void => void complaints.push(what);
  const names = ['unhandledRejection', 'uncaughtException', 'warning'] as const;
  // The test runner listens, too, and would end the run.
  const others = names.map((name) => [name, process.rawListeners(name)] as const);
  for (const name of names) process.removeAllListeners(name).on(name, complain);
  try {
    await run();
    // A rejection is reported a turn after it was not handled.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  } finally {
    for (const [name, listeners] of others) {
      process.removeAllListeners(name);
      for (const listener of listeners) process.on(name, listener as never);
    }
  }
  return complaints;
}
