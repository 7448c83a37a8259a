import { type Frame, type Frames, timeText, viewOf } from './frame.ts';

/** The first four bytes of a file, and what they mean: `parts` of a second in its times, and bytes in the header of a record. */
const MAGICS: Readonly<Record<number, { parts: number; header: number }>> = {
  2712847316: { parts: 1e6, header: 16 }, // a1 b2 c3 d4
  2712812621: { parts: 1e9, header: 16 }, // a1 b2 3c 4d
  2712849716: { parts: 1e6, header: 24 }, // a1 b2 cd 34, with the number of the interface
};
/** Bytes before the first record. */
const FILE_HEADER = 24;

/** The frames of a pcap file, in either byte order. Undefined if it is none. A last record that is cut is kept, with a note. */
export function readPcap(content: Uint8Array): Frames | undefined {
  if (content.length < FILE_HEADER) return undefined;
  const view = viewOf(content);
  const little = view.getUint32(0, true) in MAGICS;
  const magic = MAGICS[view.getUint32(0, little)];
  if (magic === undefined) return undefined;
  // The upper 16 bits are about the checksum at the end of frames.
  const link = view.getUint32(20, little) & 0xffff;
  const frames: Frame[] = [];
  const notes: string[] = [];
  let at = FILE_HEADER;
  while (at < content.length) {
    const start = at + magic.header;
    if (start > content.length) break;
    const kept = view.getUint32(at + 8, little);
    const end = Math.min(start + kept, content.length);
    const size = Math.max(view.getUint32(at + 12, little), kept);
    const time = timeText(view.getUint32(at, little), view.getUint32(at + 4, little), magic.parts);
    frames.push({ time, link, bytes: content.subarray(start, end), missing: size - (end - start) });
    at = start + kept;
  }
  if (at !== content.length) notes.push('the file ends within a frame');
  return { format: 'pcap', frames, notes };
}
