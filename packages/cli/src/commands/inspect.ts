import { type Command, type Invocation, UsageError } from '../command.ts';
import { fieldPaintFor } from '../inspect/field-paint.ts';
import { packetPage } from '../inspect/packet-page.ts';
import { readOperand } from '../inspect/read-operand.ts';
import { hexOf } from '../packets/hex.ts';
import { InputError } from '../packets/input-error.ts';
import { type InspectedPacket, inspect } from '../packets/inspected-packet.ts';
import type { Reading } from '../packets/reading.ts';
import { type Row, stderr, stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'shows each byte of MQTT packets with its meaning, and the rule that a malformed packet breaks',
  usage: 'BYTES | FILE | - [FLAGS]',
  environmentPrefix: 'DPS_INSPECT_',
  operands: Number.POSITIVE_INFINITY,
  operandValues: 'files',
  flags: [
    { name: 'full', summary: 'every byte of long fields' },
    { name: 'json', summary: 'print {"valid","format","notes","packets":[{"name","verdict","bytes","fields":[…]}]}' },
  ],
  notes: [
    'Reads hex, base64, byte lists and strings of C, Go, Java, JavaScript, Python and Rust, dumps of xxd, hexdump, od,',
    'tcpdump, tshark and Wireshark, lines of a log, pcap and pcapng, binary files, and captures of `mote provision --trace`.',
    'A word that is the name of a file is that file. Where a text can be read in two ways, the one that is whole MQTT is',
    'taken, and a note on stderr says so. TLS, HTTP, gzip and other known beginnings are named, not judged.',
    'Exit code 0 when no packet is malformed, 1 when one is, 2 when there is nothing to read. An unfinished packet is',
    'incomplete, not malformed: its exit code is 0, and "valid" in --json is false.',
    'Example: mote inspect 36 05 00 03 61 2f 62',
  ],
  run: async (invocation) => {
    if (invocation.operands.length === 0) throw new UsageError('which bytes?');
    try {
      return show(readOperand(invocation.operands), invocation);
    } catch (error) {
      if (!(error instanceof InputError || error instanceof UsageError)) throw error;
      if (!invocation.on('json')) throw new UsageError(error.message);
      stdout.json({ error: { code: 'unreadable-input', message: error.message } });
      return 2;
    }
  },
};

function show(reading: Reading, invocation: Invocation): number {
  const packets = inspect(reading.pieces);
  if (invocation.on('json')) stdout.json(plain(packets, reading));
  else {
    for (const note of reading.notes) stderr.line(`note: ${note}`);
    // No line is cut: with --full a line may be as long as the field.
    stdout.prose(page(packets, invocation), undefined, Number.POSITIVE_INFINITY);
  }
  return packets.some(({ verdict }) => verdict === 'malformed') ? 1 : 0;
}

function page(packets: readonly InspectedPacket[], invocation: Invocation): Row[] {
  const options = {
    paint: paintFor(process.stdout),
    fieldPaint: fieldPaintFor(process.stdout),
    full: invocation.on('full'),
  };
  return packets.flatMap((packet) => packetPage(packet, options));
}

/** The object that --json prints. Its names are a contract; `missing` and `error` are only there if they apply. */
function plain(packets: readonly InspectedPacket[], { format, notes }: Reading): object {
  return {
    valid: packets.every(({ verdict }) => verdict === 'valid'),
    format,
    notes,
    packets: packets.map(({ bytes, fields, fault, missing, ...facts }) => ({
      ...facts,
      valid: facts.verdict === 'valid',
      ...(missing === undefined ? {} : { missing }),
      bytes: hexOf(bytes),
      fields: fields.map(({ start, end, name, value, fault: error }) => ({
        start,
        end,
        bytes: hexOf(bytes.subarray(start, end)),
        field: name,
        value,
        ...(error === undefined ? {} : { error }),
      })),
    })),
  };
}
