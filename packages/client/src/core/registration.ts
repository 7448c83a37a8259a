import type { Action } from './action.ts';
import { lossError, overdue, silenceError } from './attempt-error.ts';
import { Conversation, type Outcome } from './conversation.ts';
import { ProvisioningError } from './error.ts';
import { type ProgressStep, sentence } from './progress.ts';
import type { RegistrationOptions } from './registration-options.ts';
import { Backoff } from './retry.ts';
import { RouteChoice } from './route-choice.ts';
import type { DialStage, Stage } from './stage.ts';

// One device, one provisioning, over as many connections as it takes.
// - Bytes, events and time come in, actions go out. Times are milliseconds of one clock that never steps back.
// - It ends exactly once, with `assigned` or `failed`; whatever comes after that gets no action.
// - An error that is retryable costs one retry; any other ends it.

type Phase = 'idle' | 'dialling' | 'talking' | 'backing-off' | 'ended';

/** Silence on a connection that is given up then, and dialled again. */
const SILENCE_MS = 30_000;
/** An attempt that the deadline cuts off sooner has not met silence. */
const QUIET_MS = 1000;

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #backoff: Backoff;
  readonly #routes: RouteChoice;
  #talk: Conversation | undefined;
  #actions: Action[] = [];
  #phase: Phase = 'idle';
  #dialStage: DialStage = 'tcp';
  #now = 0;
  #startedAt = 0;
  #deadline = 0;
  #dialledAt = 0;
  #wakeAt = 0;
  #redialAt = 0;
  #attempt = 0;
  #alternative = 0;
  #lastError: ProvisioningError | undefined;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.retry, options.random);
    this.#routes = new RouteChoice(options.routes);
  }

  start(now: number): readonly Action[] {
    if (this.#phase !== 'idle') throw new Error('a Registration serves one provisioning');
    this.#startedAt = now;
    this.#deadline = now + this.#options.timeoutMs;
    this.#talk = new Conversation(this.#options, this.#deadline, (step) => this.#progress(step));
    return this.#turn(now, () => this.#dial());
  }

  /** The dial has come this far. */
  dialling(stage: DialStage, now: number): readonly Action[] {
    return this.#turn(now, () => {
      if (this.#phase === 'dialling') this.#dialStage = stage;
    });
  }

  /** A connection stands. `password` is the SAS token, if there is one; `protocol` is for people. */
  connected(password: string | undefined, now: number, protocol?: string): readonly Action[] {
    return this.#turn(now, (talk) => {
      if (this.#phase !== 'dialling') return;
      this.#phase = 'talking';
      this.#routes.stands();
      talk.open(password, now);
      this.#progress({ type: 'connected', transport: this.#routes.route.transport, protocol });
    });
  }

  receive(bytes: Uint8Array, now: number): readonly Action[] {
    return this.#turn(now, (talk) => {
      if (this.#phase === 'talking') this.#conclude(talk.receive(bytes, now));
      else if (this.#phase === 'dialling')
        this.#fail(new ProvisioningError('protocol-violation', this.#stage, 'the peer spoke before CONNECT'));
    });
  }

  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly Action[] {
    return this.#turn(now, () => {
      if (this.#phase === 'dialling')
        this.#onDialFailed(lossError('connect-failed', this.#dialStage, 'the dial failed', cause));
      else if (this.#phase === 'talking')
        this.#redial(lossError('connection-lost', this.#stage, 'the connection was closed', cause));
    });
  }

  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly Action[] {
    return this.#turn(now, (talk) => {
      // The timer that brought us here is spent, though the next may be due at the same time.
      this.#wakeAt = 0;
      if (now >= this.#deadline) this.#onDeadline();
      else if (this.#phase === 'backing-off' && now >= this.#redialAt) this.#dial();
      else if (this.#phase !== 'backing-off' && now >= this.#silentAt) this.#onSilence();
      else if (this.#phase === 'talking') this.#conclude(talk.wake(now));
    });
  }

  #turn(now: number, react: (talk: Conversation) => void): readonly Action[] {
    if (this.#phase === 'ended' || this.#talk === undefined) return [];
    this.#now = now;
    this.#actions = [];
    try {
      react(this.#talk);
    } catch (cause) {
      // Our own mistake, or no memory: it ends this registration, not the process.
      this.#fail(
        new ProvisioningError('protocol-violation', this.#stage, 'an answer could not be digested', { cause }),
      );
    }
    this.#flush();
    this.#schedule();
    return this.#actions;
  }

  #dial(): void {
    this.#attempt++;
    this.#phase = 'dialling';
    this.#dialStage = 'tcp';
    this.#dialledAt = this.#now;
    this.#progress({ type: 'dialling', ...this.#routes.route });
    this.#actions.push({ type: 'dial', route: this.#routes.index, alternative: this.#alternative });
  }

  #onDialFailed(error: ProvisioningError): void {
    if (this.#routes.failed(error)) {
      this.#hangUp(error, 0);
      this.#dial();
    } else this.#redial(error);
  }

  #conclude(outcome: Outcome | undefined): void {
    if (outcome?.type === 'broken') this.#redial(outcome.error);
    else if (outcome?.type === 'refused') this.#onRefused(outcome.error);
    else if (outcome?.type === 'assigned') {
      const { assignedHub, deviceId } = outcome.assignment;
      this.#progress({ type: 'assigned', assignedHub, deviceId });
      this.#end(outcome);
    }
  }

  #onRefused(error: ProvisioningError): void {
    if (error.statusCode === 401 && this.#alternative + 1 < (this.#options.alternatives ?? 1)) {
      // The service drops the connection after 401, so the other key gets a new one.
      this.#hangUp(error, 0);
      this.#alternative++;
      this.#dial();
      return;
    }
    const delayMs = this.#delay(error);
    if (delayMs === undefined) return;
    this.#retrying(error, delayMs);
    this.#talk!.postpone(delayMs, this.#now);
  }

  #redial(error: ProvisioningError): void {
    const delayMs = this.#delay(error);
    if (delayMs === undefined) return;
    this.#hangUp(error, delayMs);
    this.#redialAt = this.#now + delayMs;
    this.#phase = 'backing-off';
  }

  #hangUp(error: ProvisioningError, delayMs: number): void {
    this.#flush();
    this.#retrying(error, delayMs);
    this.#actions.push({ type: 'hang-up' });
  }

  #retrying(cause: ProvisioningError, delayMs: number): void {
    this.#lastError = cause;
    this.#progress({ type: 'retrying', cause, delayMs });
  }

  /** What a retry has to wait; undefined when there is none, and the registration has failed. */
  #delay(error: ProvisioningError): number | undefined {
    const floor = (error.retryAfter ?? 0) * 1000;
    const left = this.#deadline - this.#now;
    const delayMs = error.retryable ? this.#backoff.next(floor, left) : undefined;
    if (delayMs === undefined) this.#fail(error.retryable && floor >= left ? overdue(error) : error);
    return delayMs;
  }

  #onSilence(): void {
    const error = silenceError(this.#stage);
    if (this.#phase === 'dialling') this.#onDialFailed(error);
    else this.#redial(error);
  }

  #onDeadline(): void {
    // The error of the last attempt is the answer, unless an attempt since then has met silence.
    const quiet = this.#phase !== 'backing-off' && this.#stage !== 'wait' && this.#now - this.#since >= QUIET_MS;
    const last = quiet ? undefined : this.#lastError;
    this.#fail(last ?? silenceError(this.#stage, this.#lastError));
  }

  #fail(error: ProvisioningError): void {
    this.#end({ type: 'failed', error });
  }

  #end(outcome: Action): void {
    if (this.#phase === 'talking') this.#talk!.close(this.#now);
    this.#flush();
    this.#phase = 'ended';
    this.#actions.push(outcome);
  }

  #flush(): void {
    const bytes = this.#talk!.flush();
    if (bytes !== undefined) this.#actions.push({ type: 'send', bytes });
  }

  #schedule(): void {
    const { wakeAt } = this.#talk!;
    const until = Math.min(
      this.#deadline,
      this.#phase === 'backing-off' ? this.#redialAt : this.#silentAt,
      this.#phase === 'talking' ? wakeAt : this.#deadline,
    );
    if (this.#phase === 'ended' || until === this.#wakeAt) return;
    this.#wakeAt = until;
    this.#actions.push({ type: 'wait', until });
  }

  get #stage(): Stage {
    return this.#phase === 'dialling' ? this.#dialStage : this.#talk!.stage;
  }

  /** When the present stage began, all of a dial being one. */
  get #since(): number {
    return this.#phase === 'dialling' ? this.#dialledAt : this.#talk!.since;
  }

  get #silentAt(): number {
    const { retry, timeoutMs } = this.#options;
    const { silenceMs = SILENCE_MS } = retry ?? {};
    if (this.#phase === 'dialling') return this.#since + Math.min(silenceMs, this.#routes.silenceMs(timeoutMs));
    return this.#stage === 'wait' ? Number.POSITIVE_INFINITY : this.#since + silenceMs;
  }

  #progress(step: ProgressStep): void {
    const elapsedMs = this.#now - this.#startedAt;
    const event = { ...step, stage: this.#stage, elapsedMs, attempt: this.#attempt, message: sentence(step) };
    this.#actions.push({ type: 'progress', event });
  }
}
