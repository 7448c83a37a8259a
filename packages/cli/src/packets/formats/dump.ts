import { arePackets } from '../framing.ts';
import { countNote, joined, type Piece } from '../reading.ts';
import type { Candidate } from './candidate.ts';
import { blockBytes, type DumpBytes, type Left } from './dump-block.ts';
import { CELL_STYLES, type CellStyle } from './dump-cells.ts';
import { type DumpBlock, dumpBlocks } from './dump-rows.ts';
import { withoutFill } from './hex-text.ts';

/**
 * Reads dumps of xxd, hexdump, od, tcpdump, tshark, Wireshark, Format-Hex and others. No tool is recognised by name: every style of cells
 * and radix of offsets is tried, and those remain whose offsets or characters agree with the bytes.
 */
export function dumpCandidates(text: string): Candidate[] {
  const blocks = dumpBlocks(text)?.filter((block) => block.some(({ rest }) => rest.trim() !== ''));
  if (blocks === undefined || blocks.length === 0) return [];
  const found: (Candidate & { charactersAgree: boolean; left: Left })[] = [];
  for (const style of stylesFor(blocks)) {
    for (const radix of [16, 8, 10]) {
      const read = allBlocks(blocks, radix, style);
      if (read === undefined || !isLikely(blocks, read, style)) continue;
      const charactersAgree = read.every((block) => block.charactersAgree);
      const left = ([2, 1] as const).find((most) => read.some((block) => block.left === most)) ?? 0;
      found.push({ ...candidateOf(blocks, read, style), charactersAgree, left });
    }
  }
  const agreeing = found.filter(({ charactersAgree }) => charactersAgree);
  if (agreeing.length > 0) return distinct(agreeing);
  const least = Math.min(...found.map(({ left }) => left));
  const [first, ...others] = distinct(found.filter(({ left }) => left === least));
  return first === undefined ? [] : [first, ...others.map((other) => ({ ...other, doubtful: true }))];
}

function allBlocks(
  blocks: readonly DumpBlock[],
  radix: number,
  style: CellStyle | 'characters',
): DumpBytes[] | undefined {
  const read: DumpBytes[] = [];
  for (const block of blocks) {
    const found = blockBytes(block, radix, style);
    if (found === undefined) return undefined;
    read.push({ ...found, bytes: withoutFill(found.bytes, style === 'characters' ? 1 : style.size) });
  }
  return read;
}

/** A single row may also be plain hex whose first word looks like an offset. So an unconfirmed row must look like the row of a dump. */
function isLikely(blocks: readonly DumpBlock[], read: readonly DumpBytes[], style: CellStyle | 'characters'): boolean {
  if (read.every(({ confirmed }) => confirmed)) return true;
  return blocks.every(([row]) => {
    if (row === undefined || /^0+$/.test(row.offset) || row.colon) return row !== undefined;
    return (
      row.offset.endsWith('0') &&
      typeof style === 'object' &&
      style.name === 'hex' &&
      /^\s{2,}[0-9a-f]{2}(?:\s|$)/i.test(row.rest)
    );
  });
}

/**
 * The styles to try, the likeliest first. Groups of four digits or more are little-endian words in od and hexdump, but plain bytes in xxd
 * and tcpdump, which write a colon after the offset.
 */
function stylesFor(blocks: readonly DumpBlock[]): (CellStyle | 'characters')[] {
  const first = blocks[0]?.[0];
  const cell = /\S+/.exec(first?.rest ?? '')?.[0] ?? '';
  const [hex, ...others] = CELL_STYLES as [CellStyle, ...CellStyle[]];
  const words = cell.length >= 4 && first?.colon === false;
  return [...(words ? [...others, hex] : [hex, ...others]), 'characters'];
}

function candidateOf(
  blocks: readonly DumpBlock[],
  read: readonly DumpBytes[],
  style: CellStyle | 'characters',
): Candidate {
  const indents = new Set(blocks.map((block) => block[0]?.indent));
  const least = Math.min(...[...indents].map((indent) => indent ?? 0));
  const bothSides = indents.size === 2;
  const chunks = read.map(({ bytes }, index): Piece => {
    if (!bothSides) return { bytes };
    return { bytes, from: blocks[index]?.[0]?.indent === least ? 'device' : 'service' };
  });
  // Mbed TLS dumps records, keys and checksums too, each below a heading.
  const headed = blocks.every(([row]) => row?.said !== undefined);
  const packets = headed ? chunks.filter(({ bytes }) => arePackets(bytes)) : [];
  const others = packets.length === 0 ? 0 : chunks.length - packets.length;
  const start = Number.parseInt(blocks[0]?.[0]?.offset ?? '', 16);
  const late = start > 0 && start < 0x10000 && !bothSides;
  const name = style === 'characters' ? 'characters' : style.name;
  return {
    format: `a dump of ${name}`,
    pieces: others > 0 ? packets : chunks,
    certain: read.every(({ confirmed }) => confirmed),
    continuous: bothSides,
    notes: [
      ...(late ? [`the dump begins at offset ${blocks[0]?.[0]?.offset}: what stands before is not here`] : []),
      ...(others > 0
        ? [`${others} ${others === 1 ? 'dump' : 'dumps'} without MQTT left out`]
        : read.flatMap(({ bytes }, index) => countNote('dump', blocks[index]?.[0]?.said, bytes.length))),
    ],
  };
}

function distinct<Found extends Candidate>(found: readonly Found[]): Found[] {
  const seen = new Set<string>();
  return found.filter(({ pieces }) => {
    const bytes = joined(pieces.map((piece) => piece.bytes)).join();
    if (seen.has(bytes)) return false;
    seen.add(bytes);
    return true;
  });
}
