import { closeSync, writeFileSync } from 'node:fs';
import type { ProvisionOptions } from '@mote/client';
import { encodePacket } from '@mote/codec';
import { fileReason, openToWrite } from '@mote/emulator/files';
import { UsageError } from '../command.ts';
import type { TraceLine } from '../packets/formats/json.ts';
import { hexOf } from '../packets/hex.ts';

/** Writes a capture that `mote inspect` reads. Each line is written at once, so a run that is killed leaves all lines until then. */
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

  /** Writes one packet. The client has masked passwords and CSRs in it already. */
  readonly add: NonNullable<ProvisionOptions['onPacket']> = (direction, packet) => {
    const line: TraceLine = { time: new Date().toISOString(), direction, bytes: hexOf(encodePacket(packet)) };
    // To the last byte: a disk that fills up takes a part of it without an error.
    writeFileSync(this.#file, `${JSON.stringify(line)}\n`);
  };

  close(): void {
    closeSync(this.#file);
  }
}
