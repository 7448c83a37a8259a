import { EventEmitter } from 'node:events';

/** A browser tab that reads when it is told to; what was written and not read is counted. */
export class Tab extends EventEmitter {
  readonly texts: string[] = [];
  unread = 0;
  destroyed = false;
  writableEnded = false;

  get writableNeedDrain(): boolean {
    return this.unread > 16_384;
  }

  writeHead(): void {}

  write(text: string): boolean {
    this.texts.push(text);
    this.unread += text.length;
    return !this.writableNeedDrain;
  }

  end(): void {
    this.writableEnded = true;
  }

  read(): void {
    this.unread = 0;
    this.emit('drain');
  }

  leave(): void {
    this.destroyed = true;
    this.emit('close');
  }
}
