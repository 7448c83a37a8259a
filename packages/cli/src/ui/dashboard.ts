import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Emulator } from '@mote/emulator';
import { DeviceStatuses } from './device-statuses.ts';
import { EventStream } from './event-stream.ts';
import { FaultSettings } from './faults.ts';
import { callHub } from './hub-calls.ts';
import { CONTENT_SECURITY_POLICY, pageFile } from './page-files.ts';
import { RateCounter } from './rate-counter.ts';

/** A dashboard that is served. */
export interface Dashboard {
  /** The address, with a random token in its path. Who knows it may watch devices, switch faults, and call the hub. */
  readonly url: string;
  close(): Promise<void>;
}

/** How the dashboard is served. */
export interface DashboardOptions {
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Path of the CA certificate, which the page shows. */
  readonly caFile?: string | undefined;
}

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};
/** Most characters of a request that names faults. */
const MOST_NAMES = 4096;
/** Most characters of a call of the hub, which may hold a message or a patch. */
const LARGEST_CALL = 262_144;

/** Serves the dashboard of an emulator, on loopback only, even if the emulator itself listens on another address. */
export async function startDashboard(dps: Emulator, { port = 0, caFile }: DashboardOptions = {}): Promise<Dashboard> {
  const token = randomBytes(18).toString('base64url');
  const faults = new FaultSettings(dps.scenario);
  const rates = new RateCounter();
  const statuses = new DeviceStatuses();
  const streams = new Set<EventStream>();
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    // DNS rebinding: a foreign page can have its own name point to loopback. Its requests then still have that name as their host.
    if (!hosts().includes(request.headers.host ?? '')) return refuse(response, 421);
    const [, given = '', path = ''] = /^\/([^/]*)\/(.*)$/.exec(request.url ?? '') ?? [];
    if (!sameText(given, token)) return refuse(response, 404);
    if (path === 'faults' && request.method === 'POST') return await switchFaults(request, response);
    if (path === 'hub' && request.method === 'POST') return await askHub(request, response);
    if (request.method !== 'GET') return refuse(response, 405);
    if (path === 'events') return await follow(response);
    const file = pageFile(path);
    if (file === undefined) return refuse(response, 404);
    response.writeHead(200, { 'content-type': file.type }).end(file.content);
  }

  async function switchFaults(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnPage(request)) return refuse(response, 403);
    const names = await jsonOf(request, MOST_NAMES);
    if (!Array.isArray(names)) return refuse(response, 400);
    faults.switch(names);
    dps.setScenario(faults.scenario);
    for (const stream of streams) stream.send('faults', faults.on);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(faults.on));
  }

  async function askHub(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnPage(request)) return refuse(response, 403);
    const call = await jsonOf(request, LARGEST_CALL);
    if (call === undefined) return refuse(response, 400);
    const reply = await callHub(dps, call);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  }

  /** A foreign page in the same browser can send requests here, too. The browser puts the origin of that page into them. */
  function isOwnPage({ headers }: IncomingMessage): boolean {
    return hosts().some((host) => headers.origin === `http://${host}`);
  }

  async function follow(response: ServerResponse): Promise<void> {
    const stream = new EventStream(response);
    streams.add(stream);
    const { idScope, host, webSocketPort } = dps;
    const ports = { port: dps.port, ...(webSocketPort === undefined ? {} : { webSocketPort }) };
    stream.send('greeting', { idScope, host, ...ports, caFile, faults: faults.choices });
    stream.send('faults', faults.on);
    stream.send('totals', rates.now());
    await stream.follow(dps.events, statuses, () => rates.now());
    streams.delete(stream);
  }

  async function count(): Promise<void> {
    for await (const event of dps.events) {
      rates.count(event);
      statuses.count(event);
    }
  }

  function hosts(): string[] {
    const { port: listening } = server.address() as AddressInfo;
    return [`127.0.0.1:${listening}`, `localhost:${listening}`];
  }

  await new Promise<void>((settle, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', settle);
  });
  statuses.begin(dps);
  void count();
  const timer = setInterval(() => {
    const rate = rates.next();
    for (const stream of streams) {
      if (stream.open) stream.send('rate', rate);
      else streams.delete(stream);
    }
  }, 1000);
  return {
    url: `http://${hosts()[0]}/${token}/`,
    close: async () => {
      clearInterval(timer);
      const closed = new Promise((settle) => server.close(settle));
      server.closeAllConnections();
      await closed;
    },
  };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

/** Compares in constant time, so that the time does not show how much of a guessed token is right. */
function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

async function jsonOf(request: IncomingMessage, most: number): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') return undefined;
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > most) return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
