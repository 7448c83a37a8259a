const LARGEST_PACKET = 16422;

/** 64 KiB that are filled packet after packet and then begun anew, as a client does that gathers its writes. */
export class OutputBuffer {
  readonly bytes: Uint8Array = new Uint8Array(65536);
  private start = 0;
  private end = 0;

  /** Where to write a packet. */
  begin(): number {
    this.start = this.end + LARGEST_PACKET > 65536 ? 0 : this.end;
    return this.start;
  }

  /** Returns the size of the packet that ends at `end`. */
  finish(end: number): number {
    this.end = end;
    return end - this.start;
  }

  last(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }
}
