import { InputError } from '../input-error.ts';
import type { Piece, Reading } from '../reading.ts';
import { conversationOf } from './conversation.ts';
import { Fragments } from './fragments.ts';
import type { Frames } from './frame.ts';
import { ipOffset, isKnownLink } from './link-layer.ts';
import { readPcap } from './pcap.ts';
import { readPcapng } from './pcapng.ts';
import { segmentOf } from './tcp-segment.ts';
import { Connections } from './tcp-streams.ts';

/** The MQTT packets of a pcap or pcapng file, in frame order. Undefined for another file. Throws InputError if it has none. */
export function readCapture(content: Uint8Array): Reading | undefined {
  const frames = readPcap(content) ?? readPcapng(content);
  return frames === undefined ? undefined : readFrames(frames);
}

/** The MQTT packets in network frames. Notes count the frames that could not be used. Throws InputError if there are none. */
export function readFrames({ format, frames, notes: told }: Frames): Reading {
  const connections = new Connections();
  const fragments = new Fragments();
  const others = {
    'IP fragments': 0,
    'frames without TCP': 0,
    'frames of an unknown link type': 0,
    'frames cut by the snap length': 0,
  };
  for (const [index, { link, bytes, time, missing }] of frames.entries()) {
    const at = ipOffset(link, bytes);
    const part = at === undefined ? undefined : segmentOf(bytes.subarray(at));
    const whole = part === 'fragment' ? fragments.add(bytes.subarray(at)) : undefined;
    const segment = whole === undefined ? part : segmentOf(whole);
    if (missing > 0) others['frames cut by the snap length'] += 1;
    if (segment === 'fragment') continue;
    if (segment !== undefined) connections.add(segment, time, index);
    else others[isKnownLink(link) ? 'frames without TCP' : 'frames of an unknown link type'] += 1;
  }
  others['IP fragments'] = fragments.left;
  const read = connections.all.map(conversationOf);
  const notes = [
    ...told,
    ...Object.entries(others).flatMap(([what, count]) =>
      count === 0 ? [] : [`${count} ${count === 1 ? what.replace(/(frame|fragment)s/, '$1') : what}`],
    ),
    ...read.flatMap((conversation) => conversation.notes),
  ];
  const several = read.filter(({ packets }) => packets.length > 0).length > 1;
  const found = read.flatMap(({ packets, label }) =>
    packets.map(({ frame, piece, from }): { frame: number; piece: Piece } => ({
      frame,
      piece: { ...piece, from, ...(several ? { connection: label } : {}) },
    })),
  );
  if (found.length === 0)
    throw new InputError(`${format} without MQTT that can be read${notes.length === 0 ? '' : `: ${notes.join('. ')}`}`);
  found.sort((one, other) => one.frame - other.frame);
  return { format, pieces: found.map(({ piece }) => piece), notes };
}
