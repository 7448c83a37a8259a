// A Session over a socket of the platform, and what the cases ask of it.

import { connect } from 'node:net';
import { Session } from '../../../packages/client/dist/core.js';

const WAIT_MS = 10_000;

/** Opens a connection and a Session on it; resolves when CONNACK has come, or failed. */
export async function converse(port, options) {
  const conversation = new Conversation(port, { keepAlive: 30, ...options });
  await conversation.next('connected');
  return conversation;
}

class Conversation {
  #socket;
  #events = [];
  #wakeUp = () => {};
  #timer;

  constructor(port, options) {
    this.session = new Session(options);
    this.#socket = connect(port, '127.0.0.1', () => this.say(() => this.session.start(performance.now())));
    this.#socket.on('data', (bytes) => this.#hear(this.session.receive(bytes, performance.now())));
    this.#socket.on('error', (error) => this.#hear([{ type: 'failed', failure: error }]));
    this.closed = new Promise((resolve) => this.#socket.on('close', resolve));
  }

  /** Does something with the session and sends what comes of it. */
  say(action) {
    const result = action(this.session);
    this.#flush();
    return result;
  }

  /** The next event of this type; others in front of it are passed over, a failure throws. */
  async next(type) {
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const event = this.#events.shift();
      if (event?.type === type) return event;
      if (event?.type === 'failed') throw new Error(`${event.failure.code}: ${event.failure.message}`);
      if (event) continue;
      if (performance.now() > until) throw new Error(`no ${type} within ${WAIT_MS} ms`);
      await new Promise((resolve) => {
        this.#wakeUp = resolve;
        setTimeout(resolve, WAIT_MS).unref();
      });
    }
  }

  /** DISCONNECT; resolves when the broker has closed the connection, as it must [MQTT-3.14.4-1]. */
  async leave() {
    this.say((session) => session.disconnect(performance.now()));
    clearTimeout(this.#timer);
    this.#socket.end();
    await this.closed;
  }

  #hear(events) {
    this.#events.push(...events);
    this.#flush();
    if (events.length > 0) this.#wakeUp();
  }

  #flush() {
    const bytes = this.session.flush();
    if (bytes) this.#socket.write(bytes);
    clearTimeout(this.#timer);
    const { wakeAt } = this.session;
    if (wakeAt === Infinity) return;
    this.#timer = setTimeout(() => this.#hear(this.session.wake(performance.now())), wakeAt - performance.now());
  }
}
