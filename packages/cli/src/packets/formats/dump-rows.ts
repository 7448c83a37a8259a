/** A line of a dump: an offset, cells, and often the characters once more. */
export interface DumpRow {
  /** Blanks in front of it, by which Wireshark tells the two sides of a followed stream apart. */
  readonly indent: number;
  readonly offset: string;
  readonly colon: boolean;
  /** What stands behind the offset. */
  readonly rest: string;
  /** A line with `*` before it: rows like the one above were left out. */
  readonly repeats: boolean;
}

/** Rows that belong together: their offsets grow. A last row without cells says where the bytes end. */
export type DumpBlock = readonly DumpRow[];

const ROW = /^([ \t]*|[<>] )(?:0x)?([0-9a-f]{4,16})(:|h:?(?=\s)|(?=[\s|]|$))(.*)$/i;
/** As `ESP_LOG_BUFFER_HEXDUMP` writes it: the prefix of a log, an address, the bytes, the characters between bars. */
const LOGGED_ROW = /^.*[:\])>]\s+(?:0x)?([0-9a-f]{4,16})(:?)(\s+\S.*\|.*\|)\s*$/i;
/** The same of the Linux kernel and others, without bars: so it has to be an offset of four digits or eight, and cells of two. */
const LOGGED_CELLS = /^.*[:\])>]\s*([0-9a-f]{4}|[0-9a-f]{8})(:?)(\s+[0-9a-f]{2}(?: {1,2}[0-9a-f]{2})*(?: {2,}\S.*)?)$/i;

const MOST_OF_A_ROW = 1024;

/** tshark dumps a frame, and then once more what it made of several: `Reassembled TCP (21 bytes):`. */
const SECTION = /^([A-Z][\w-]*)[\w /-]* \(\d+ bytes?\):$/;

/** The blocks of a dump; undefined when no line is a row. Lines that are none are left out. */
export function dumpBlocks(text: string): DumpBlock[] | undefined {
  const blocks: DumpRow[][] = [];
  let repeats = false;
  let leftOut = false;
  for (const line of text.split('\n')) {
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) leftOut = section !== 'Frame' && section !== 'Packet';
    if (line.trim() === '') leftOut = false;
    if (leftOut) continue;
    const row = rowOf(line, repeats);
    repeats = line.trim() === '*' || (repeats && line.trim() === '');
    if (row === undefined) continue;
    const block = blocks.at(-1);
    if (block !== undefined && follows(block.at(-1), row)) block.push(row);
    else blocks.push([row]);
  }
  return blocks.length === 0 ? undefined : blocks;
}

/** What some tools put between the parts of a row: a segment of DOS in front, WinDbg into an address, GDB and OpenSSL behind it. */
const plainOffset = (line: string): string =>
  line
    .replace(/^(\s*[0-9a-f]{8})`(?=[0-9a-f]{8}\s)/i, '$1')
    .replace(/^(\s*)[0-9a-f]{4}:([0-9a-f]{4})(?=\s\s)/i, '$1$2')
    .replace(/^(\s*(?:0x)?[0-9a-f]{4,16}) <[^<>]*>:/i, '$1:')
    .replace(/^(\s*[0-9a-f]{4,8}) - (?=[0-9a-f]{2}\b)/i, '$1   ');
/** WinDbg and OpenSSL write a dash in the middle of a row. */
const MIDDLE = /^(\s+(?:[0-9a-f]{2} ){7}[0-9a-f]{2})-(?=[0-9a-f]{2}\b|\s)/i;

function rowOf(line: string, repeats: boolean): DumpRow | undefined {
  const plain = ROW.exec(plainOffset(line));
  if (plain !== null) {
    const [, blanks = '', offset = '', mark = '', rest = ''] = plain;
    const indent = blanks.replaceAll('\t', '        ').length;
    return { indent, offset, colon: mark === ':', rest: rest.replace(/^\s*\|/, '').replace(MIDDLE, '$1 '), repeats };
  }
  // A row is short; in a long line each place where one may begin would be tried to its end.
  if (line.length > MOST_OF_A_ROW) return undefined;
  const logged = LOGGED_ROW.exec(line) ?? LOGGED_CELLS.exec(line.trimEnd());
  if (logged === null) return undefined;
  const [, offset = '', colon, rest = ''] = logged;
  return { indent: 0, offset, colon: colon === ':', rest, repeats };
}

function follows(before: DumpRow | undefined, row: DumpRow): boolean {
  if (before === undefined || before.rest.trim() === '' || before.indent !== row.indent) return false;
  const longer = row.offset.length - before.offset.length;
  return (
    before.colon === row.colon &&
    (longer > 0 || (longer === 0 && row.offset.toLowerCase() > before.offset.toLowerCase()))
  );
}
