import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { LARGEST_PACKET } from '../service/hub/hub-session.ts';
import { flowOver } from './flow-over.ts';
import { type Listener, listen } from './listener.ts';
import { peerOf } from './peer-of.ts';
import type { RawConnection } from './raw-sockets.ts';
import { rsaBeside } from './rsa-beside.ts';
import { type Link, serveConnection } from './serve-connection.ts';
import { CLOSE_MS, type ListenerOptions, reportTlsFailure } from './tls-listener.ts';
import { tlsOptions } from './tls-options.ts';

/** Used by the Node, Python and C SDKs; by the C# SDK; by Java and Paho in a browser. */
const PATHS: readonly string[] = ['/$iothub/websocket', '/', '/mqtt'];
/** Close code for a text message [RFC 6455 7.4.1]. */
const UNSUPPORTED_DATA = 1003;
/**
 * Most pieces of one message, and of what is read of one: each takes about 100 bytes, whatever its length. A message of the largest packet
 * has 230 segments of TCP.
 */
const MOST_PIECES = 4096;

/** MQTT over WebSocket over TLS. */
export function listenWebSocket(options: ListenerOptions): Promise<Listener> {
  const { service, clock, identities, sockets } = options;
  const { limits } = service.settings;
  const server = createServer(tlsOptions([identities.ecdsa], limits.connectTimeoutMs));
  const front = rsaBeside(server, identities, limits.connectTimeoutMs);
  const upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // A message may hold several packets, or the largest one of a hub: Python and C write one for each packet.
    maxPayload: Math.max(2 * limits.maxPacketSize, LARGEST_PACKET),
    maxFragments: MOST_PIECES,
    maxBufferedChunks: MOST_PIECES,
    handleProtocols: (offered) => mqttAmong(offered) ?? false,
  });
  sockets.watch(front);
  server.on('tlsClientError', (error) => reportTlsFailure(service, clock, error));
  server.on('request', (_request, response) =>
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end(),
  );
  server.on('upgrade', (request, socket: TLSSocket, head) => {
    const raw = sockets.find(socket);
    const refused = refusalOf(request);
    if (raw === undefined || refused !== undefined) {
      const reason = `${refused ?? '400 Bad Request'} for ${request.url}`;
      service.settings.emit({ time: clock.now(), connection: 0, type: 'refused', stage: 'upgrade', reason });
      refuse(socket, refused ?? '400 Bad Request');
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      raw.onAssigned();
      serve(webSocket, socket, raw, options);
    });
  });
  return listen(front, options.host, options.port);
}

function serve(webSocket: WebSocket, socket: TLSSocket, raw: RawConnection, { service, clock }: ListenerOptions): void {
  const link: Link = {
    ...flowOver(socket, raw),
    write: (bytes) => webSocket.send(bytes, { binary: true }),
    end: () => close(webSocket),
  };
  const served = serveConnection(service, peerOf(socket, 'websocket', raw.acceptedAt), link, clock);
  webSocket.on('message', (data: RawData, isBinary) => {
    if (isBinary && data instanceof Buffer) return served.receive(data);
    served.closed('a text message [MQTT-6.0.0-1]');
    close(webSocket, UNSUPPORTED_DATA);
  });
  // A pong waits for a reader like every other answer.
  webSocket.on('ping', () => {
    if (link.unsentBytes() > service.settings.limits.maxBufferedBytes) link.reset();
  });
  webSocket.on('error', (error) => {
    served.closed(error.message);
    // ws has told the peer why, and would give it 30 s to answer.
    close(webSocket);
  });
  webSocket.on('close', () => served.closed());
}

function close(webSocket: WebSocket, code?: number): void {
  webSocket.close(code);
  const timer = setTimeout(() => webSocket.terminate(), CLOSE_MS);
  webSocket.once('close', () => clearTimeout(timer));
}

function refusalOf({ url = '/', headers }: IncomingMessage): string | undefined {
  if (!PATHS.includes(url.split('?')[0] ?? '')) return '404 Not Found';
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return mqttAmong(new Set(offered)) === undefined ? '400 Bad Request' : undefined;
}

/** As the device spelled it: the C SDK offers, and expects to read, `MQTT`. */
const mqttAmong = (offered: Set<string>): string | undefined =>
  [...offered].find((name) => name.toLowerCase() === 'mqtt');

function refuse(socket: TLSSocket, status: string): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
