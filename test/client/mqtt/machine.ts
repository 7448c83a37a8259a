import { generate, type Packet } from 'mqtt-packet';
import { expect } from 'vitest';
import { GeneralClient } from '../../../packages/client/src/mqtt/client.ts';
import type {
  Client,
  ClientAction,
  ClientOptions,
  ClientState,
} from '../../../packages/client/src/mqtt/client-options.ts';
import type { Message, Outgoing } from '../../../packages/client/src/mqtt/outgoing.ts';
import type { Subscription, SubscriptionOptions } from '../../../packages/client/src/mqtt/subscription.ts';

export interface Published {
  outcome: unknown;
  outgoing: Outgoing | undefined;
}

/** `done`, the code of the error, or undefined when it is not settled. */
export function codeOf({ outcome }: Published): unknown {
  return (outcome as { code?: string } | undefined)?.code ?? outcome;
}

/** A Client in virtual time: what it does is recorded. */
export class Machine {
  readonly client: Client;
  readonly options: ClientOptions;
  readonly actions: ClientAction[] = [];
  now = 0;
  #wakeAt = Infinity;
  #work = true;

  constructor(options: Partial<ClientOptions> = {}) {
    this.options = {
      clientId: 'device',
      cleanSession: false,
      keepAlive: 60,
      window: 16,
      queue: { maxMessages: 100, maxBytes: 100_000, whenFull: 'reject' },
      routes: 1,
      random: () => 0.5,
      retry: { attempts: Infinity, baseMs: 1000, capMs: 60_000, standMs: 30_000, silenceMs: 30_000 },
      freshCredentials: false,
      onSessionLost: 'resume',
      onWork: () => {
        this.#work = true;
      },
      ...options,
    };
    this.client = new GeneralClient(this.options);
    this.do(() => this.client.start(this.now));
  }

  do(react: () => readonly ClientAction[]): this {
    this.#perform(react());
    for (let turns = 0; this.#work; turns++) {
      expect(turns, 'work without end').toBeLessThan(50);
      this.#work = false;
      this.#perform(this.client.flush(this.now));
    }
    return this;
  }

  connected(): this {
    return this.do(() => this.client.connected({}, this.now));
  }

  hears(...packets: (Packet | string)[]): this {
    for (const packet of packets) {
      const bytes = typeof packet === 'string' ? Buffer.from(packet, 'hex') : generate(packet);
      this.do(() => this.client.receive(bytes, this.now));
    }
    return this;
  }

  online(sessionPresent = false): this {
    return this.connected().hears(sessionPresent ? '20020100' : '20020000');
  }

  lost(cause?: unknown): this {
    return this.do(() => this.client.lost(cause, this.now));
  }

  advance(ms: number): this {
    const end = this.now + ms;
    while (this.#wakeAt <= end) {
      this.now = Math.max(this.now, this.#wakeAt);
      this.#wakeAt = Infinity;
      this.do(() => this.client.wake(this.now));
    }
    this.now = end;
    return this;
  }

  publish(qos: 0 | 1 | 2, payload = 'x', fields: Partial<Message> = {}): Published {
    const result: Published = { outcome: undefined, outgoing: undefined };
    const settle = (error: unknown): void => {
      expect(result.outcome, 'settled twice').toBeUndefined();
      result.outcome = error ?? 'done';
    };
    const message = { topicName: 'a', payload: Buffer.from(payload), qos, retain: false, settle, ...fields };
    result.outgoing = this.client.publish(message, this.now);
    this.do(() => []);
    return result;
  }

  /** The caller of `publish` gives up. */
  withdraw({ outgoing }: Published): this {
    this.client.withdraw(outgoing!, Object.assign(new Error(), { code: 'aborted' }));
    return this.do(() => []);
  }

  subscribe(highWater = 100, fields: Partial<SubscriptionOptions> = {}): Subscription {
    const none = (): void => {};
    const subscription = this.client.subscribe({
      topicFilter: 'in',
      qos: 2,
      highWater,
      whenFull: 'hold',
      onMessage: none,
      onGranted: none,
      onEnd: none,
      ...fields,
    })!;
    this.do(() => []);
    return subscription;
  }

  get dials(): number[] {
    return this.actions.flatMap((action) => (action.type === 'dial' ? [action.route] : []));
  }

  get states(): ClientState[] {
    return this.actions.flatMap((action) => (action.type === 'state' ? [action.state] : []));
  }

  get sent(): string[] {
    return this.actions.flatMap((action) =>
      action.type === 'send' ? [Buffer.from(action.bytes).toString('hex')] : [],
    );
  }

  #perform(actions: readonly ClientAction[]): void {
    this.actions.push(...actions);
    for (const action of actions) if (action.type === 'wait') this.#wakeAt = action.until;
  }
}
