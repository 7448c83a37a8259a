import { type Command, type Invocation, UsageError } from '../command.ts';
import { fieldPaintFor } from '../inspect/field-paint.ts';
import { packetPage } from '../inspect/packet-page.ts';
import { readOperand } from '../inspect/read-operand.ts';
import { hexOf } from '../inspect/reading/byte-text.ts';
import { type InspectedPacket, inspect } from '../inspect/reading/inspected-packet.ts';
import { stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'names each byte of MQTT packets, and the rule that a malformed one breaks',
  usage: 'HEX | BASE64 | FILE | - [FLAGS]',
  environmentPrefix: 'DPS_INSPECT_',
  operands: Number.POSITIVE_INFINITY,
  operandValues: 'files',
  flags: [
    { name: 'full', summary: 'every byte of long fields' },
    { name: 'json', summary: 'print {"valid","packets":[{"name","bytes","fields":[…]}]}' },
  ],
  notes: [
    'Hex may hold spaces, colons, 0x and the columns of a hex dump; it comes before a file of the same name, which',
    './NAME reads. FILE may be binary, text, or a capture of `mote provision --trace FILE`. Base64 is that of two bytes',
    'or more, with a capital or a digit in it, whole or without its padding.',
    'Exit code 0 when all packets are valid, 1 when one is malformed.',
    'Example: mote inspect 36 05 00 03 61 2f 62',
  ],
  run: async (invocation) => {
    if (invocation.operands.length === 0) throw new UsageError('which bytes?');
    const packets = inspect(readOperand(invocation.operands));
    if (packets.length === 0) throw new UsageError('there are no bytes in it');
    const valid = packets.every(({ fault }) => fault === undefined);
    if (invocation.on('json')) stdout.json(plain(packets, valid));
    else stdout.lines(page(packets, invocation), Number.POSITIVE_INFINITY);
    return valid ? 0 : 1;
  },
};

function page(packets: readonly InspectedPacket[], invocation: Invocation): string[] {
  const options = {
    paint: paintFor(process.stdout),
    fieldPaint: fieldPaintFor(process.stdout),
    full: invocation.on('full'),
  };
  return packets.flatMap((packet) => packetPage(packet, options));
}

function plain(packets: readonly InspectedPacket[], valid: boolean): object {
  return {
    valid,
    packets: packets.map(({ bytes, fields, fault, ...facts }) => ({
      ...facts,
      valid: fault === undefined,
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
