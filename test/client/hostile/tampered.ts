import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A socket whose bytes can be tampered with below TLS: a Duplex to run TLS over. */
export class Tampered {
  readonly stream: Duplex;
  readonly #raw: Socket;
  #flip = false;
  #chunks = 0;
  /** Of the client's chunks, counted from 1, the one to be damaged. */
  flipChunk = 0;
  /** The end of TLS is not the end of TCP. */
  keepsOpen = false;
  /** Bytes in which everything travels, TLS records included, and the pause between. */
  slices: { readonly size: number; readonly everyMs: number } | undefined;

  constructor(raw: Socket) {
    this.#raw = raw;
    this.stream = new Duplex({
      read: () => void raw.resume(),
      write: (bytes: Buffer, _encoding, done) => void this.#write(bytes).then(() => done()),
      final: (done) => void (this.keepsOpen ? done() : raw.end(done)),
      destroy: (error, done) => {
        if (!this.keepsOpen) raw.destroy();
        done(error);
      },
    });
    raw.on('data', (bytes) => {
      if (this.#flip || ++this.#chunks === this.flipChunk) bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
      this.stream.push(bytes);
    });
    raw.on('end', () => this.stream.push(null));
  }

  /** Flips a bit of the client's next record, for which TLS has an alert: bad_record_mac. */
  corrupt(): void {
    this.#flip = true;
  }

  async #write(bytes: Buffer): Promise<void> {
    const { size, everyMs } = this.slices ?? { size: bytes.length, everyMs: 0 };
    for (let at = 0; at < bytes.length; at += size) {
      this.#raw.write(bytes.subarray(at, at + size));
      if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}
