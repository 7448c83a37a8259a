import { closeSync, writeFileSync } from 'node:fs';
import type { ProvisionOptions } from '@mote/client';
import { printable } from '@mote/client/explain';
import { fileReason, openToWrite } from '@mote/emulator/files';
import { type Invocation, UsageError } from '../command.ts';
import { Exchange } from '../diagram/exchange.ts';
import { mermaidDiagram } from '../diagram/mermaid.ts';
import { svgDiagram } from '../diagram/svg.ts';
import { terminalDiagram } from '../diagram/terminal.ts';
import { TraceWriter } from '../inspect/trace-writer.ts';
import { stderr } from '../terminal/output.ts';
import { packetDetail, packetName } from '../terminal/packet-line.ts';
import { paintFor } from '../terminal/paint.ts';

type OnPacket = NonNullable<ProvisionOptions['onPacket']>;

/** What the flags --verbose, --diagram and --trace do with the packets of a run. */
export interface Observers {
  readonly onPacket: OnPacket;
  /** Writes and closes the files. Called at the end of the run, also after a failure. */
  finish(): void;
}

/** Opens the files that the flags name. Throws UsageError if one cannot be written. */
export function observers(invocation: Invocation): Observers {
  const watching: OnPacket[] = [];
  const finishing: (() => void)[] = [];
  if (invocation.on('verbose')) watching.push(printPacket);
  const diagram = invocation.text('diagram');
  if (diagram !== undefined) {
    const draw = drawingTo(diagram);
    const exchange = new Exchange();
    watching.push(exchange.add);
    const told = tellingOnce(invocation.asGiven('--diagram'), diagram);
    finishing.push(() => told(() => draw(exchange)));
  }
  const trace = invocation.text('trace');
  if (trace !== undefined) {
    const writer = new TraceWriter(trace);
    const told = tellingOnce(invocation.asGiven('--trace'), trace);
    watching.push((direction, packet) => told(() => writer.add(direction, packet)));
    finishing.push(() => told(() => writer.close()));
  }
  return {
    onPacket: (direction, packet) => {
      for (const watch of watching) watch(direction, packet);
    },
    finish: () => {
      for (const finish of finishing) finish();
    },
  };
}

/** A full disk, for example, is said, once; the run goes on, since its result does not depend on what is kept beside it. */
function tellingOnce(name: string, path: string): (write: () => void) => void {
  let failed = false;
  return (write) => {
    if (failed) return;
    try {
      write();
    } catch (error) {
      failed = true;
      stderr.line(`mote: ${name}: cannot write ${path}: ${fileReason(error)}; it is not whole`);
    }
  };
}

const printPacket: OnPacket = (direction, packet) => {
  const arrow = direction === 'sent' ? '→' : '←';
  stderr.line(`  ${arrow} ${packetName(packet).padEnd(11)} ${printable(packetDetail(packet), 600)}`, 16);
};

function drawingTo(path: string): (exchange: Exchange) => void {
  if (path === '-') {
    return ({ messages }) => stderr.lines(terminalDiagram(messages, paintFor(process.stderr), stderr.width));
  }
  const kind = /\.(svg|mmd|md)$/.exec(path)?.[1];
  if (kind === undefined)
    throw new UsageError('--diagram takes a name that ends in .svg or .mmd, or - for the terminal');
  const file = opened(path);
  return ({ messages }) => {
    writeFileSync(file, kind === 'svg' ? svgDiagram(messages) : mermaidDiagram(messages));
    closeSync(file);
  };
}

/** Opens the file before anything is dialled: otherwise the device would be assigned, and the command would still fail. */
function opened(path: string): number {
  try {
    return openToWrite(path);
  } catch (error) {
    throw new UsageError(`--diagram: cannot write ${path}: ${fileReason(error, 'folder')}`);
  }
}
