// Brokers that others made, and an observer of what they pass on, with a parser that is not ours.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { freePort } from '../lane.mjs';

/** aedes in this process. */
export async function startAedes() {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    name: 'aedes',
    port: server.address().port,
    close: () => {
      broker.close();
      server.close();
    },
  };
}

/** mosquitto in a process of its own; undefined where there is none. */
export async function startMosquitto(lane, name = 'mosquitto', settings = '') {
  const path = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto'].find((one) => spawnSync(one, ['-h']).error === undefined);
  if (!path) return undefined;
  const port = await freePort();
  // With a limit it loses what it has acknowledged when a client is cut while the limit is reached.
  const text = `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n${settings}`;
  const child = spawn(path, ['-c', lane.file(`${name}.conf`, text)], { stdio: 'ignore' });
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise((resolve) =>
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false)),
    );
    socket.destroy();
    if (open) break;
    if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { name, port, close: () => child.kill() };
}

/** Somebody else at the broker: sees what is published, and publishes. */
export class Observer {
  seen = [];
  #socket;
  #waiting = [];
  #nextId = 1;

  constructor(port) {
    this.#socket = connect(port, '127.0.0.1');
    const incoming = parser({ protocolVersion: 4 });
    incoming.on('packet', (packet) => this.#onPacket(packet));
    this.#socket.on('data', (bytes) => incoming.parse(bytes));
    this.#say({
      cmd: 'connect',
      clientId: `observer-${process.pid}`,
      clean: true,
      keepalive: 0,
      protocolId: 'MQTT',
      protocolVersion: 4,
    });
  }

  async subscribe(topic) {
    this.#say({ cmd: 'subscribe', messageId: this.#nextId++, subscriptions: [{ topic, qos: 2 }] });
    await this.until(() => this.subscribed);
  }

  publish(topic, payload, qos, retain = false) {
    const messageId = this.#nextId++;
    this.#say({ cmd: 'publish', topic, payload, qos, dup: false, retain, ...(qos ? { messageId } : {}) });
  }

  /** Resolves once this holds, which is looked at after each packet. */
  until(when) {
    if (when()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ when, resolve }));
  }

  close() {
    this.#socket.destroy();
  }

  #onPacket(packet) {
    const { messageId } = packet;
    if (packet.cmd === 'suback') this.subscribed = true;
    else if (packet.cmd === 'pubrec') this.#say({ cmd: 'pubrel', messageId });
    else if (packet.cmd === 'pubrel') this.#say({ cmd: 'pubcomp', messageId });
    else if (packet.cmd === 'publish') {
      if (packet.qos === 1) this.#say({ cmd: 'puback', messageId });
      if (packet.qos === 2) this.#say({ cmd: 'pubrec', messageId });
      this.seen.push({ topic: packet.topic, payload: String(packet.payload), qos: packet.qos, retain: packet.retain });
    }
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.when()) waiting.resolve();
      else this.#waiting.push(waiting);
    }
  }

  #say(packet) {
    this.#socket.write(generate(packet));
  }
}
