// bun bun.mjs MOTE-DEVICE.min.js SETTINGS.json, and `node bun.mjs ...`: their TLS sockets are turned into web streams.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { runDevice } from './streams.mjs';

const [module, file] = process.argv.slice(2);
const Mote = await import(pathToFileURL(resolve(module)).href);
const settings = JSON.parse(readFileSync(file, 'utf8'));
const ca = settings.ca && readFileSync(settings.ca);

async function dial(host, port) {
  const socket = connect({ host, port, servername: host, ...(ca && { ca }) });
  await once(socket, 'secureConnect');
  return { ...Duplex.toWeb(socket), close: () => socket.end() };
}

const ended = await runDevice(Mote, settings, dial, console.log);
console.log(ended);
process.exit(ended === 'done' ? 0 : 1);
