import { closeSync, writeSync } from 'node:fs';
import type { ProvisionOptions } from '@mote/client';
import { encodePacket } from '@mote/codec';
import { fileReason, openToWrite } from '@mote/emulator/files';
import { UsageError } from '../command.ts';
import type { TraceLine } from '../packets/formats/json.ts';
import { hexOf } from '../packets/hex.ts';

/** Writes a capture that `mote inspect` reads, line by line, so that a run that is killed leaves what it had. */
export class TraceWriter {
  readonly #file: number;

  /** Throws UsageError when the file cannot be written. */
  constructor(path: string) {
    try {
      this.#file = openToWrite(path);
    } catch (error) {
      throw new UsageError(`--trace: cannot write ${path}: ${fileReason(error, 'folder')}`);
    }
  }

  /** Passwords and CSRs were masked by the client. */
  readonly add: NonNullable<ProvisionOptions['onPacket']> = (direction, packet) => {
    const line: TraceLine = { time: new Date().toISOString(), direction, bytes: hexOf(encodePacket(packet)) };
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  };

  close(): void {
    closeSync(this.#file);
  }
}
