// deno run --allow-net --allow-read deno.mjs MOTE-DEVICE.min.js SETTINGS.json

import { runDevice } from './streams.mjs';

const [module, file] = Deno.args;
const Mote = await import(new URL(module, `file://${Deno.cwd()}/`).href);
const settings = JSON.parse(Deno.readTextFileSync(file));
const caCerts = settings.ca ? [Deno.readTextFileSync(settings.ca)] : [];
const connect = (hostname, port) => Deno.connectTls({ hostname, port, caCerts });
const ended = await runDevice(Mote, settings, connect, console.log);
console.log(ended);
Deno.exit(ended === 'done' ? 0 : 1);
