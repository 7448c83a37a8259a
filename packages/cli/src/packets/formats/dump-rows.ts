/** A line of a dump: an offset, cells, and often the same bytes as characters. */
export interface DumpRow {
  /** Blanks at the beginning. In a followed stream of Wireshark they tell the two sides apart. */
  readonly indent: number;
  readonly offset: string;
  readonly colon: boolean;
  /** The text after the offset. */
  readonly rest: string;
  /** Whether a line with `*` is before it: rows equal to the one above were left out. */
  readonly repeats: boolean;
  /** The number of bytes in the heading before it, if there is one. */
  readonly said: number | undefined;
}

/** Rows that belong together, with growing offsets. A last row without cells gives the length. */
export type DumpBlock = readonly DumpRow[];

const ROW = /^([ \t]*|[<>] )(?:0x)?([0-9a-f]{4,16})(:|h:?(?=\s)|(?=[\s|]|$))(.*)$/i;
/** A row of `ESP_LOG_BUFFER_HEXDUMP`: prefix of the log, address, bytes, characters between bars. */
const LOGGED_ROW = /^.*[:\])>]\s+(?:0x)?([0-9a-f]{4,16})(:?)(\s+\S.*\|.*\|)\s*$/i;
/**
 * The same without bars, as the Linux kernel and others write it. So the offset must have 4, 8 or 16 digits, and each cell two. Before the
 * offsets of Mbed TLS any word may stand.
 */
const LOGGED_CELLS =
  /^.*(?:[:\])>]\s*|\s(?=[0-9a-f]{3}0: {2}))([0-9a-f]{4}|[0-9a-f]{8}|[0-9a-f]{16})(:?)(\s+[0-9a-f]{2}(?: {1,2}[0-9a-f]{2})*(?: {2,}\S.*)?)$/i;

/** Characters. In a longer line no row is searched for behind a prefix. */
const MOST_OF_A_ROW = 1024;

/** A heading of tshark, which prints bytes of several frames again after those of the frame: `Reassembled TCP (21 bytes):`. */
const SECTION = /^([A-Z][\w-]*)[\w /-]* \(\d+ bytes?\):$/;
/** The number of bytes in a heading: `dumping 'input payload' (42 bytes)`, `(8192 bytes => 42 (0x2A))` of OpenSSL. */
const SAID = /(?:\(|=> |, )(\d+) (?:bytes )?(?:bytes\)|\(0x)/;

/** The blocks of a dump. Lines that are no rows are skipped. Undefined if no line is a row. */
export function dumpBlocks(text: string): DumpBlock[] | undefined {
  const blocks: DumpRow[][] = [];
  let repeats = false;
  let leftOut = false;
  let said: number | undefined;
  for (const line of text.split('\n')) {
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) leftOut = section !== 'Frame' && section !== 'Packet';
    if (line.trim() === '') leftOut = false;
    if (leftOut) continue;
    const row = rowOf(line, repeats, said);
    repeats = line.trim() === '*' || (repeats && line.trim() === '');
    if (row === undefined) {
      const heading = SAID.exec(line)?.[1];
      if (heading !== undefined) said = Number(heading);
      continue;
    }
    said = undefined;
    const block = blocks.at(-1);
    if (block !== undefined && follows(block.at(-1), row)) block.push(row);
    else blocks.push([row]);
  }
  return blocks.length === 0 ? undefined : blocks;
}

/**
 * A line with a plain offset. WinDbg writes a backtick into addresses, DOS a segment before the offset, GDB a symbol, OpenSSL a dash and
 * J-Link an equals sign after it, Ncat brackets around it, and strace a bar before it.
 */
const plainOffset = (line: string): string =>
  line
    .replace(/^(\s*[0-9a-f]{8})`(?=[0-9a-f]{8}\s)/i, '$1')
    .replace(/^(\s*)[0-9a-f]{4}:([0-9a-f]{4})(?=\s\s)/i, '$1$2')
    .replace(/^(\s*(?:0x)?[0-9a-f]{4,16}) <[^<>]*>:/i, '$1:')
    .replace(/^(\s*[0-9a-f]{4,8}) [-=] (?=[0-9a-f]{2}\b)/i, '$1   ')
    .replace(/^(?:\[| \| )([0-9a-f]{4,8})\]?(?= {2})/i, '$1');
/** The dash that WinDbg and OpenSSL write in the middle of a row. */
const MIDDLE = /^(\s+(?:[0-9a-f]{2} ){7}[0-9a-f]{2})-(?=[0-9a-f]{2}\b|\s)/i;

function rowOf(line: string, repeats: boolean, said: number | undefined): DumpRow | undefined {
  const plain = ROW.exec(plainOffset(line));
  if (plain !== null) {
    const [, blanks = '', offset = '', mark = '', rest = ''] = plain;
    const indent = blanks.replaceAll('\t', '        ').length;
    return {
      indent,
      offset,
      colon: mark === ':',
      rest: rest.replace(/^\s*\|/, '').replace(MIDDLE, '$1 '),
      repeats,
      said,
    };
  }
  // In a long line the patterns would try each place where a row may begin, up to the end of the line.
  if (line.length > MOST_OF_A_ROW) return undefined;
  const logged = LOGGED_ROW.exec(line) ?? LOGGED_CELLS.exec(line.trimEnd());
  if (logged === null) return undefined;
  const [, offset = '', colon, rest = ''] = logged;
  return { indent: 0, offset, colon: colon === ':', rest, repeats, said };
}

function follows(before: DumpRow | undefined, row: DumpRow): boolean {
  if (before === undefined || before.rest.trim() === '' || before.indent !== row.indent) return false;
  const longer = row.offset.length - before.offset.length;
  return (
    before.colon === row.colon &&
    (longer > 0 || (longer === 0 && row.offset.toLowerCase() > before.offset.toLowerCase()))
  );
}
