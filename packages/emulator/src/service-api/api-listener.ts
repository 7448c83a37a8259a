import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listener, listen } from '../listener/listener.ts';
import { HubServiceError } from '../service/hub/hub-error.ts';
import { parseJson } from '../service/values/bounded-json.ts';
import type { ApiResponse } from './api-exchange.ts';
import type { ServiceApi } from './service-api.ts';

const LARGEST_BODY = 1_048_576;
const TIMEOUT_MS = 10_000;
// A page in a browser could reach us under a name that its owner points at loopback.
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** Plain HTTP on 127.0.0.1, for tests written in any language. There is no authentication: it must not leave the machine. */
export function listenApi(api: ServiceApi, port: number): Promise<Listener> {
  const server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
    // A mistake of ours, or a caller that is gone, ends this exchange and not the process.
    respond(api, request, response).catch(() => response.destroy());
  });
  server.maxConnections = 100;
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
  const { statusCode, body } = await answer(api, request);
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(statusCode, { 'content-type': 'application/json; charset=utf-8' }).end(text);
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
    return {
      statusCode: 400,
      body: { errorCode: 400004, message: error instanceof Error ? error.message : 'bad request' },
    };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error(`the body is larger than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
