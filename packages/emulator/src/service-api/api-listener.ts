import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decodeUtf8 } from '@mote/codec';
import { type Listener, listen } from '../listener/listener.ts';
import { HubServiceError } from '../service/hub/hub-error.ts';
import { parseJson } from '../service/values/bounded-json.ts';
import { messageOf } from '../service/values/message-of.ts';
import type { ApiResponse } from './api-exchange.ts';
import type { ServiceApi } from './service-api.ts';

/** Most bytes of a request: an enrollment with certificates has a few KB, a message at most 64 KB. */
const LARGEST_BODY = 1_048_576;
/** Milliseconds for a whole request, and between two reads of an answer. */
const TIMEOUT_MS = 10_000;
/** Milliseconds between two looks at these limits. Node's default is 30 s: a caller that sends a byte now and then would stay that long. */
const CHECK_MS = 1000;
/** Characters of an array that are written at once. */
const PIECE = 16_384;
/** Most connections. Each may hold a request and an answer in memory. */
const MOST_CALLERS = 100;
/** Other hosts are refused: a page in a browser could reach us under a name that its owner has pointed at loopback (DNS rebinding). */
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** Plain HTTP on 127.0.0.1, for tests written in any language. There is no authentication: it must not leave the machine. */
export function listenApi(api: ServiceApi, port: number): Promise<Listener> {
  /** The exchanges of each connection. The next begins when the one before is written: a caller may send many requests in one write. */
  const exchanges = new WeakMap<Socket, Promise<void>>();
  const timeouts = { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS, connectionsCheckingInterval: CHECK_MS };
  const server = createServer(timeouts, (request, response) => {
    const { socket } = request;
    const before = exchanges.get(socket) ?? Promise.resolve();
    // A mistake of ours, or a caller that is gone, ends this exchange and not the process.
    const exchange = before.then(() => respond(api, request, response)).catch(() => void response.destroy());
    exchanges.set(socket, exchange);
  });
  server.maxConnections = MOST_CALLERS;
  return listen(server, '127.0.0.1', port).then((listener) => ({
    port: listener.port,
    close: () => {
      const closed = listener.close();
      server.closeAllConnections();
      return closed;
    },
  }));
}

async function respond(api: ServiceApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => {});
  const { statusCode, body, items } = await answer(api, request);
  // A caller that does not read is disconnected.
  response.setTimeout(TIMEOUT_MS);
  response.writeHead(statusCode, { 'content-type': 'application/json; charset=utf-8' });
  if (items !== undefined) await pipeline(Readable.from(pieces(items), { highWaterMark: 1 }), response);
  else response.end(body === undefined ? '' : JSON.stringify(body));
}

/** The text of an array, in pieces. */
function* pieces(items: Iterable<unknown>): Generator<string> {
  let text = '[';
  let comma = '';
  for (const item of items) {
    text += `${comma}${JSON.stringify(item)}`;
    comma = ',';
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield `${text}]`;
}

async function answer(api: ServiceApi, request: IncomingMessage): Promise<ApiResponse> {
  if (!LOOPBACK_HOST.test(request.headers.host ?? '')) return { statusCode: 403, body: { message: 'loopback only' } };
  try {
    const text = await readBody(request);
    const body: unknown = text === '' ? undefined : parseJson(text);
    return await api.answer({ method: request.method ?? 'GET', path: (request.url ?? '/').split('?')[0] ?? '/', body });
  } catch (error) {
    if (error instanceof HubServiceError) {
      const { statusCode, errorCode, message } = error;
      return { statusCode, body: { errorCode, message } };
    }
    return { statusCode: 400, body: { errorCode: 400_004, message: messageOf(error) } };
  }
}

/** What is too large is read to its end and dropped: a caller that still sends would not read an answer. */
async function readBody(request: IncomingMessage): Promise<string> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) chunks = [];
    else chunks.push(chunk);
  }
  if (size > LARGEST_BODY) throw new HubServiceError(413_001, `a body of ${size} bytes; ${LARGEST_BODY} are allowed`);
  const text = decodeUtf8(Buffer.concat(chunks));
  if (text === undefined) throw new SyntaxError('the body is not UTF-8');
  return text;
}
