// The codec and the Session of the client at brokers that others made: aedes, and mosquitto from the system (`apt-get install
// mosquitto`; where it is missing its cases are skipped, and said to be). Needs a built workspace (`tsc -b`).
// Prints a line for each case and `N passed, N failed`; the exit code says the same.

import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { freePort, install, Lane } from '../lane.mjs';
import { converse } from './conversation.mjs';

install(import.meta.url);
const { Aedes } = await import('aedes');

const lane = new Lane();
try {
  await aedes();
  await mosquitto();
} finally {
  lane.end();
}

async function aedes() {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await talk('aedes', server.address().port);
  server.close();
  broker.close();
}

async function mosquitto() {
  if (spawnSync('mosquitto', ['-h']).error !== undefined) {
    lane.skip(5, 'with mosquitto', 'it is not installed (apt-get install mosquitto)');
    return;
  }
  const port = await freePort();
  const options = `listener ${port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence false\n`;
  const child = spawn('mosquitto', ['-c', lane.file('mosquitto.conf', options)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise((resolve) => {
    child.stderr.on('data', (text) => /running/.test(text) && resolve());
    child.on('exit', resolve);
  });
  await talk('mosquitto', port);
  child.kill();
}

/** The Session needs nothing of its peer but what the standard says [MQTT-7.0.0-2]. */
async function talk(broker, port) {
  const options = { clientId: 'mote' };
  const payload = (length) => Uint8Array.from({ length }, (_, n) => (n * 31) & 255);
  const subscription = { topicFilter: 'räume/+/temperatur/#', qos: 1 };
  const now = () => performance.now();

  const subscribed = async (conversation) => {
    conversation.say((session) => session.subscribe([subscription], now()));
    return (await conversation.next('subscribed')).returnCodes;
  };
  const echoed = async (conversation, message) => {
    conversation.say((session) => session.publish(message, now()));
    const { packet } = await conversation.next('message');
    return (
      packet.topicName === message.topicName && packet.qos === message.qos && equal(packet.payload, message.payload)
    );
  };

  await lane.check(
    `${broker}: CONNECT, SUBSCRIBE, DISCONNECT`,
    inConversation(port, options, subscribed),
    (codes) => codes?.length === 1 && codes[0] === 1,
  );
  for (const [qos, length] of [
    [0, 0],
    [1, 64],
    [1, 200_000],
  ]) {
    const message = { topicName: `räume/küche/temperatur/${length}`, payload: payload(length), qos };
    const there = inConversation(port, options, async (conversation) => {
      await subscribed(conversation);
      return echoed(conversation, message);
    });
    await lane.check(
      `${broker}: PUBLISH of ${length} bytes at QoS ${qos}, there and back`,
      there,
      (same) => same === true,
    );
  }
  // A broker closes after one and a half times the keep-alive: only our pings keep this one open [MQTT-3.1.2-24].
  const pinged = [];
  const trace = (direction, { type }) => pinged.push(`${direction} ${type}`);
  const alive = inConversation(port, { ...options, keepAlive: 1, trace }, async (conversation) => {
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return subscribed(conversation);
  });
  await lane.check(
    `${broker}: a connection is kept alive by PINGREQ`,
    alive,
    (codes) => codes?.length === 1 && pinged.filter((each) => each === 'received 13').length > 1,
  );
}

async function inConversation(port, options, talk) {
  try {
    const conversation = await converse(port, options);
    const result = await talk(conversation);
    await conversation.leave();
    return result;
  } catch (error) {
    return { error: error.message };
  }
}

function equal(a, b) {
  return Buffer.compare(a, b) === 0;
}
