import { foreignName } from '../foreign.ts';
import { looksLikeMqtt } from '../framing.ts';
import { hexOf } from '../hex.ts';
import { joined } from '../reading.ts';
import { endsOf, type Found, packetsOfSide } from './side-packets.ts';
import type { Chunk, Connection, Run, Side } from './tcp-streams.ts';
import { httpHead, unwrapped } from './websocket.ts';

/** The MQTT packets of a connection, or notes that say what else it carried. */
export interface Conversation {
  /** Both endpoints, the device first. */
  readonly label: string;
  readonly packets: readonly (Found & { readonly from: 'device' | 'service' })[];
  readonly notes: readonly string[];
}

interface Stream {
  readonly endpoint: string;
  readonly fromStart: boolean;
  runs: readonly Run[];
}

/** Reads one connection. The CONNECT of a proxy and a WebSocket upgrade are removed first. */
export function conversationOf(connection: Connection): Conversation {
  const [one, other] = connection.sides.map(streamOf) as [Stream & { notes: string[] }, Stream & { notes: string[] }];
  const [client, server] = clientFirst(connection, one, other);
  const label = `${client.endpoint} to ${server.endpoint}`;
  const notes = [...one.notes, ...other.notes];
  if (client.runs.length + server.runs.length === 0) return { label, packets: [], notes: [] };
  const proxied = takeHead(client, server, /^CONNECT /, /^HTTP\/1\.\d 2/);
  if (proxied) notes.push('through a proxy');
  const problem =
    unwrapWebSocket(client, server) ?? foreign(client) ?? (beginsWithConnect(client) ? undefined : foreign(server));
  if (problem !== undefined) return { label, packets: [], notes: [`${label}: ${[...notes, problem].join('; ')}`] };
  const answer = foreignName(firstBytes(server));
  if (answer !== undefined && !looksLikeMqtt(firstBytes(server))) {
    notes.push(`the service answers with ${answer}`);
    server.runs = [];
  }
  const packets = [client, server].flatMap((stream) => {
    const { found, notes: told } = packetsOfSide(stream.runs, stream.fromStart);
    notes.push(...told.map((note) => `from the ${stream === client ? 'device' : 'service'} ${note}`));
    const from: 'device' | 'service' = stream === client ? 'device' : 'service';
    return found.map((packet) => ({ ...packet, from }));
  });
  for (const side of connection.sides) {
    if (side.reset) notes.push(`reset by the ${side.endpoint === client.endpoint ? 'device' : 'service'}`);
  }
  return { label, packets, notes: notes.length === 0 ? [] : [`${label}: ${notes.join('; ')}`] };
}

function streamOf(side: Side): Stream & { notes: string[] } {
  const { runs, differing } = side.runs();
  const notes =
    differing === 0 ? [] : [`${differing} retransmitted segments of ${side.endpoint} differ from what came first`];
  return { endpoint: side.endpoint, fromStart: side.fromStart, runs, notes };
}

/** The client first: the side that sent the SYN, or else the side that begins like a client, or else the one with the higher port. */
function clientFirst<Kind extends Stream>({ client }: Connection, one: Kind, other: Kind): [Kind, Kind] {
  if (client !== undefined) return client.endpoint === one.endpoint ? [one, other] : [other, one];
  const speaks = (stream: Stream) =>
    beginsWithConnect(stream) ||
    foreignName(firstBytes(stream))?.includes('handshake') ||
    httpHead(firstBytes(stream))?.head.startsWith('GET');
  if (speaks(one) !== speaks(other)) return speaks(one) ? [one, other] : [other, one];
  const port = ({ endpoint }: Stream) => Number(/\d+$/.exec(endpoint)?.[0]);
  return port(one) >= port(other) ? [one, other] : [other, one];
}

const firstBytes = ({ runs }: Stream): Uint8Array => joined((runs[0]?.chunks ?? []).map(({ bytes }) => bytes));
/** The first byte of a CONNECT: type 1, flags 0. */
const CONNECT = 0x10;
const beginsWithConnect = (stream: Stream): boolean => firstBytes(stream)[0] === CONNECT;

/** Removes the heads of an HTTP exchange from both streams, if they match the patterns. Returns whether it did. */
function takeHead(client: Stream, server: Stream, request: RegExp, answer: RegExp): boolean {
  const asked = httpHead(firstBytes(client));
  const answered = httpHead(firstBytes(server));
  if (asked === undefined || !request.test(asked.head)) return false;
  if (answered === undefined || !answer.test(answered.head)) return false;
  for (const [stream, { end }] of [
    [client, asked],
    [server, answered],
  ] as const)
    stream.runs = without(stream.runs, end);
  return true;
}

function without(runs: readonly Run[], count: number): Run[] {
  const [first, ...rest] = runs;
  let left = count;
  const chunks = (first?.chunks ?? []).flatMap((chunk): Chunk[] => {
    const taken = Math.min(left, chunk.bytes.length);
    left -= taken;
    return taken === chunk.bytes.length ? [] : [{ ...chunk, bytes: chunk.bytes.subarray(taken) }];
  });
  return chunks.length === 0 ? rest : [{ chunks, lost: first?.lost ?? 0 }, ...rest];
}

/** Replaces WebSocket frames by their payload. Returns a sentence if that is not possible. */
function unwrapWebSocket(client: Stream, server: Stream): string | undefined {
  const asked = httpHead(firstBytes(client));
  if (asked === undefined || !/^upgrade:\s*websocket\s*$/im.test(asked.head)) return undefined;
  if (!takeHead(client, server, /^GET /, /^HTTP\/1\.\d 101/)) {
    const line = httpHead(firstBytes(server))?.head.split('\r\n')[0];
    return line === undefined ? 'a WebSocket upgrade without an answer' : `the WebSocket upgrade was refused: ${line}`;
  }
  for (const stream of [client, server]) {
    const [first, ...later] = stream.runs;
    const chunks = first?.chunks ?? [];
    const ends = endsOf(chunks);
    let at = 0;
    const read = unwrapped(joined(chunks.map(({ bytes }) => bytes)), (offset) => {
      while ((ends[at] ?? Number.POSITIVE_INFINITY) <= offset) at += 1;
      return chunks[at] ?? { bytes: new Uint8Array(), time: undefined, frame: 0 };
    });
    if (read.problem !== undefined) return read.problem;
    // After a gap it is unknown where the next frame begins, so later runs are left out.
    const lost = later.reduce((sum, run) => sum + run.lost, 0);
    stream.runs = [{ chunks: [...read.chunks], lost: 0 }, ...(lost > 0 ? [{ chunks: [], lost }] : [])];
  }
  return undefined;
}

/** What a stream carries, if it is not MQTT. A stream that begins in the middle is not judged by its first bytes alone. */
function foreign(stream: Stream): string | undefined {
  const bytes = firstBytes(stream);
  if (bytes.length === 0 || looksLikeMqtt(bytes)) return undefined;
  const name = foreignName(bytes);
  if (name !== undefined) return name;
  if (!stream.fromStart) return undefined;
  return looksLikeMqtt(bytes.subarray(0, 2))
    ? undefined
    : `not MQTT: it begins with ${hexOf(bytes.subarray(0, 8), ' ')}`;
}
