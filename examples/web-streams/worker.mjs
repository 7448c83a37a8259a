// A worker of workerd: `workerd test worker.capnp` runs it once.

import { connect } from 'cloudflare:sockets';
import * as Mote from '../mote-device.js';
import settings from '../settings.json';
import { runDevice } from './streams.mjs';

export default {
  async test() {
    const dial = (hostname, port) => connect({ hostname, port }, { secureTransport: 'on' });
    const ended = await runDevice(Mote, settings, dial, console.log);
    console.log(ended);
    if (ended !== 'done') throw new Error(ended);
  },
};
