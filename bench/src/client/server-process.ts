import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process on the same machine that clients connect to. */
export interface Server {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the server of `server.ts`, which only acknowledges and sends, so that the client is the slower side. */
export async function startFastServer(): Promise<Server> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./server.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { port: Number(port), close: () => ended(child, () => child.stdin.end()) };
}

/** Starts mosquitto, without its limits for messages under way and queued; undefined if it is not installed. */
export async function startMosquitto(): Promise<Server | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'mote-bench-'));
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\nlog_dest none\n`,
  );
  const { PATH = '' } = process.env;
  const child = spawn('mosquitto', ['-c', config], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${PATH}:/usr/sbin` },
  });
  const failed = once(child, 'error').catch((error) => [error]);
  const close = (): Promise<void> => {
    rmSync(folder, { recursive: true });
    return child.exitCode === null && child.pid ? ended(child, () => child.kill()) : Promise.resolve();
  };
  if (await Promise.race([failed.then(() => false), answers(port)])) return { port, close };
  await close();
  return undefined;
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  const closed = once(child, 'close');
  end();
  await closed;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  for (let n = 0; n < 100; n++) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.destroy();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return false;
}
