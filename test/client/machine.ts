import { type Action, ProvisioningError, Registration, type RegistrationOptions } from '@mote/client';
import { generate, type Packet } from 'mqtt-packet';
import { explain } from '../../packages/client/src/explain/explain.ts';
import { reword } from '../../packages/client/src/explain/reword.ts';
import { progressSentence } from '../../packages/client/src/explain/sentences.ts';

/** A Registration in virtual time: what it does is recorded, and time passes when the test says so. */
export class Machine {
  readonly registration: Registration;
  readonly actions: Action[] = [];
  now = 0;
  #wakeAt = Number.POSITIVE_INFINITY;
  #requests = 0;

  constructor(options: Partial<RegistrationOptions> = {}) {
    this.registration = new Registration({
      idScope: '0ne00111111',
      registrationId: 'contoso-simdevice',
      routes: [{ transport: 'tls', host: 'dps.test', port: 8883 }],
      timeoutMs: 120_000,
      random: () => 0.5,
      requestId: () => String(++this.#requests),
      ...options,
    });
  }

  start(): this {
    return this.#run(this.registration.start(this.now));
  }

  connected(password?: string): this {
    return this.#run(this.registration.connected(password, this.now, 'TLSv1.3'));
  }

  /** Each packet in a chunk of its own. */
  receive(...packets: (Uint8Array | Packet)[]): this {
    for (const packet of packets) {
      this.#run(this.registration.receive(packet instanceof Uint8Array ? packet : generate(packet), this.now));
    }
    return this;
  }

  lost(cause?: unknown): this {
    return this.#run(this.registration.lost(cause, this.now));
  }

  wake(): this {
    return this.#run(this.registration.wake(this.now));
  }

  /** Lets time pass, waking the machine whenever it asked for it. */
  advance(ms: number): this {
    const end = this.now + ms;
    for (let turns = 0; this.#wakeAt <= end && this.outcome === undefined; turns++) {
      if (turns === 10_000) throw new Error(`woken without end at ${this.now}`);
      this.now = Math.max(this.now, this.#wakeAt);
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.wake();
    }
    this.now = end;
    return this;
  }

  /** To the moment it asked to be woken at. */
  next(): this {
    return this.advance(Math.max(this.#wakeAt - this.now, 0));
  }

  /** To the point where the register request is out. */
  asking(password?: string): this {
    return this.start().connected(password).receive(CONNACK).receive(SUBACK);
  }

  /** To the pause that a 202 with this retry-after brings. */
  waiting(retryAfter: number | string = 3): this {
    return this.asking().receive(reply(202, '1', ASSIGNING, `&retry-after=${retryAfter}`));
  }

  get outcome(): Extract<Action, { type: 'assigned' | 'failed' }> | undefined {
    return this.actions.find((action) => action.type === 'assigned' || action.type === 'failed') as never;
  }

  get error(): { code: string; stage: string; [field: string]: unknown } | undefined {
    return this.outcome?.type === 'failed' ? (this.outcome.error as never) : undefined;
  }

  get wakeAt(): number {
    return this.#wakeAt;
  }

  get dials(): number {
    return this.actions.filter((action) => action.type === 'dial').length;
  }

  /** In hex, one entry for each write. */
  get sent(): string[] {
    return this.actions.flatMap((action) =>
      action.type === 'send' ? [Buffer.from(action.bytes).toString('hex')] : [],
    );
  }

  progress<Type extends string>(type: Type): Record<string, unknown>[] {
    return this.actions.flatMap((action) =>
      action.type === 'progress' && action.event.type === type ? [action.event as never] : [],
    );
  }

  #run(raised: readonly Action[]): this {
    const actions = raised.map(inWords);
    if (this.outcome !== undefined && actions.length > 0) throw new Error('an action after the end');
    this.actions.push(...actions);
    if (this.outcome !== undefined && this.actions.at(-1) !== this.outcome) throw new Error('an action behind the end');
    for (const action of actions) if (action.type === 'wait') this.#wakeAt = action.until;
    return this;
  }
}

/** With the sentences and hints that the full entry makes of reasons and numbers. */
function inWords(action: Action): Action {
  if (action.type === 'failed' && action.error instanceof ProvisioningError)
    reword(action.error, explain(action.error));
  if (action.type !== 'progress') return action;
  if (action.event.type === 'retrying') reword(action.event.cause, explain(action.event.cause));
  return { ...action, event: { ...action.event, message: progressSentence(action.event) } };
}

export const CONNACK: Uint8Array = Buffer.from('20020000', 'hex');
export const SUBACK: Uint8Array = Buffer.from('9003000101', 'hex');
export const OPERATION = '5.0000000000000000.00000000-0000-4000-8000-000000000000';
export const ASSIGNING = { operationId: OPERATION, status: 'assigning' };
export const ASSIGNED = {
  operationId: OPERATION,
  status: 'assigned',
  registrationState: {
    registrationId: 'contoso-simdevice',
    assignedHub: 'hub.azure-devices.net',
    deviceId: 'device',
    status: 'assigned',
  },
};

/** The service's answer on `$dps/registrations/res/…`; a string is sent as it is. */
export function reply(
  status: number | string,
  requestId: string,
  body: unknown,
  properties = '',
  qos: 0 | 1 = 0,
): Uint8Array {
  return generate({
    cmd: 'publish',
    topic: `$dps/registrations/res/${status}/?$rid=${requestId}${properties}`,
    payload: body instanceof Uint8Array ? Buffer.from(body) : typeof body === 'string' ? body : JSON.stringify(body),
    qos,
    dup: false,
    retain: false,
    ...(qos === 0 ? {} : { messageId: 1 }),
  } as Packet);
}
