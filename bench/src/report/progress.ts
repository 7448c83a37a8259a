/** One line on stderr that is written over on a terminal; elsewhere a line per tenth of the work. */
export class Progress {
  private readonly total: number;
  private done = 0;
  private readonly started = Date.now();

  constructor(total: number) {
    this.total = total;
  }

  step(what: string): void {
    this.done++;
    const share = Math.floor((100 * this.done) / this.total);
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const line = `${String(share).padStart(3)} %  ${this.done}/${this.total}  ${seconds} s  ${what}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${this.done === this.total ? '' : line}`);
    else if (share % 10 === 0 && share !== Math.floor((100 * (this.done - 1)) / this.total))
      process.stderr.write(`${line}\n`);
  }
}
