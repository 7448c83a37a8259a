import type { Action } from './action.ts';
import { HINTS } from './dps/hints.ts';
import { SecretMask } from './dps/secret-mask.ts';
import { ProvisioningError, type ProvisioningErrorCode, type ProvisioningErrorFields } from './error.ts';
import { openSession } from './open-session.ts';
import type { ProgressStep } from './progress.ts';
import type { RegistrationOptions, Route } from './registration-options.ts';
import type { Session } from './session.ts';
import type { Stage } from './stage.ts';

// One connection after the other, over the ways there are, in the time there is.
// - It is in one stage at a time, which has one moment at which it is over by itself; a dial counts as one, whatever it names.
// - What it decides goes out as actions, and exactly one of them is an end.

/** Milliseconds of silence after which a connection is given up. */
const SILENCE_MS = 30_000;
/** The same for a dial, while there is another route: a firewall that drops packets gives no sign. */
const ROUTE_MS = 10_000;
/** So many retries may follow as soon as their options say; then a second is the least, so that no options make a flood. */
const QUICK_RETRIES = 10;
/** An attempt that the deadline cuts off sooner has not met silence. */
const QUIET_MS = 1000;
/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS: readonly ProvisioningErrorCode[] = [
  'connect-failed',
  'proxy-failed',
  'connection-lost',
  'timed-out',
  'websocket-failed',
];

export class Attempts {
  readonly #options: RegistrationOptions;
  now = 0;
  stage: Stage = 'options';
  /** When this stage is over by itself. */
  dueAt = 0;
  /** The connection that stands. Without one a dial is under way, or in stage `wait` the pause before the next. */
  session: Session | undefined;

  #actions: Action[] = [];
  #running = false;
  #startedAt = 0;
  #since = 0;
  #wakeAt = 0;
  #dials = 0;
  #retries = 0;
  /** Index of the proof of identity in use. */
  #alternative = 0;
  #lastError: ProvisioningError | undefined;
  /** Index of the route in use: one after the other until one stands, and that one from then on. */
  #route = 0;
  #stood = false;

  readonly mask: SecretMask;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.mask = new SecretMask(options.csr);
  }

  /** Milliseconds to the deadline. */
  get left(): number {
    return this.#startedAt + this.#options.timeoutMs - this.now;
  }

  start(now: number): readonly Action[] {
    if (this.#dials > 0) throw new Error('a Registration serves one provisioning');
    this.#running = true;
    this.#startedAt = now;
    return this.turn(now, () => this.dial());
  }

  /** Lets something happen, and gives out what follows from it. `woken`: the timer is spent, though it may be due again at once. */
  turn(now: number, happen: () => void, woken = false): readonly Action[] {
    this.#actions = [];
    if (this.#running) {
      this.now = now;
      if (woken) this.#wakeAt = 0;
      try {
        happen();
        this.#flush();
      } catch (error) {
        // A mistake of ours, or no memory. It ends this registration as what it is, and not the process.
        this.#stop({ type: 'failed', error });
      }
      this.#schedule();
    }
    return this.#actions;
  }

  dial(): void {
    const route = this.#way;
    this.#dials++;
    this.enter('tcp');
    this.progress({ type: 'dialling', ...route }, `dialling ${route.host}:${route.port} (${route.transport})`);
    this.#actions.push({ type: 'dial', route: this.#route, alternative: this.#alternative });
  }

  /** The dial has led to a connection. */
  open(password: string | undefined, protocol: string | undefined): void {
    const { transport } = this.#way;
    this.#stood = true;
    this.session = openSession(this.#options, password, this.mask);
    this.session.start(this.now);
    this.enter('connect');
    this.progress({ type: 'connected', transport, protocol }, `connected by ${protocol ?? transport}`);
  }

  enter(stage: Stage, dueAt: number = this.now + this.#patience(stage)): void {
    this.stage = stage;
    this.#since = this.now;
    this.dueAt = dueAt;
  }

  onSilence(): void {
    this.redial(this.#silence());
  }

  onDeadline(): void {
    // The error of the last attempt is the answer, unless an attempt since then has met silence.
    const quiet = this.stage !== 'wait' && this.now - this.#since >= QUIET_MS;
    this.#giveUp((quiet ? undefined : this.#lastError) ?? this.#silence());
  }

  /** True when there was another proof of identity, which the next connection takes. */
  rekey(error: ProvisioningError): boolean {
    const other = this.#alternative + 1 < (this.#options.alternatives ?? 1);
    if (other) {
      this.#alternative++;
      this.#hangUp(error, 0);
    }
    return other;
  }

  /** The dial or the connection is of no use any more. */
  redial(error: ProvisioningError): void {
    const delayMs = !this.session && this.#reroute(error) ? 0 : this.delay(error);
    if (delayMs !== undefined) this.#hangUp(error, delayMs);
  }

  /** The next dial follows after this pause. */
  #hangUp(error: ProvisioningError, delayMs: number): void {
    this.#flush();
    this.retrying(error, delayMs);
    this.session = undefined;
    this.#actions.push({ type: 'hang-up' });
    this.enter('wait', this.now + delayMs);
    if (delayMs === 0) this.dial();
  }

  retrying(cause: ProvisioningError, delayMs: number): void {
    this.#lastError = cause;
    this.progress({ type: 'retrying', cause, delayMs }, `${cause.message}; trying again in ${seconds(delayMs)}`);
  }

  /**
   * Milliseconds to the next try: exponential back-off with full jitter, so that a fleet that fails together does not come back
   * together; never less than the service asked for, and if possible not past half of the time left. Undefined when there is
   * no other try, and all has failed.
   */
  delay(error: ProvisioningError): number | undefined {
    const { random, retry } = this.#options;
    const { attempts = 5, baseMs = 1000, capMs = 60_000 } = retry ?? {};
    const { code, stage, message, retryable, retryAfter = 0 } = error;
    const overdue = retryable && retryAfter * 1000 >= this.left;
    if (retryable && !overdue && this.#retries < attempts) {
      const ceiling = Math.min(capMs, baseMs * 2 ** this.#retries++, this.left / 2);
      const floor = this.#retries > QUICK_RETRIES ? 1000 : 0;
      return Math.max(retryAfter * 1000, random() * ceiling, floor);
    }
    this.#giveUp(overdue ? new ProvisioningError(code, stage, `${message}; ${beyond(retryAfter)}`, error) : error);
    return undefined;
  }

  fail(code: ProvisioningErrorCode, message: string, fields?: ProvisioningErrorFields): void {
    this.#giveUp(this.error(code, message, fields));
  }

  #giveUp(error: ProvisioningError): void {
    this.end({ type: 'failed', error });
  }

  end(outcome: Action): void {
    const { session } = this;
    if (session?.phase === 'open') session.disconnect(this.now);
    this.#flush();
    this.#stop(outcome);
  }

  #stop(outcome: Action): void {
    this.session = undefined;
    this.#running = false;
    this.#actions.push(outcome);
  }

  error(code: ProvisioningErrorCode, message: string, fields?: ProvisioningErrorFields): ProvisioningError {
    return new ProvisioningError(code, this.stage, message, fields);
  }

  progress(step: ProgressStep, message: string = step.type): void {
    const elapsedMs = this.now - this.#startedAt;
    const event = { ...step, stage: this.stage, elapsedMs, attempt: this.#dials, message };
    this.#actions.push({ type: 'progress', event });
  }

  get #way(): Route {
    return this.#options.routes[this.#route]!;
  }

  get #hasOtherRoute(): boolean {
    return this.#route + 1 < this.#options.routes.length;
  }

  /** True when a failed dial is tried over another route at once. If not, the next is over the first, or the one that stood. */
  #reroute(error: ProvisioningError): boolean {
    const other = this.#hasOtherRoute && PATH_ERRORS.includes(error.code);
    if (other) this.#route++;
    else if (!this.#stood) this.#route = 0;
    return other;
  }

  #patience(stage: Stage): number {
    const { silenceMs = SILENCE_MS } = this.#options.retry ?? {};
    return stage === 'tcp' && this.#hasOtherRoute
      ? Math.min(silenceMs, ROUTE_MS, this.#options.timeoutMs / 3)
      : silenceMs;
  }

  #silence(): ProvisioningError {
    const fields = { retryable: true, cause: this.#lastError, hint: HINTS[this.stage] };
    return this.error('timed-out', `no answer at stage ${this.stage}`, fields);
  }

  #flush(): void {
    const bytes = this.session?.flush();
    if (bytes) this.#actions.push({ type: 'send', bytes });
  }

  #schedule(): void {
    const until = Math.min(this.now + this.left, this.dueAt, this.session?.wakeAt ?? this.dueAt);
    if (this.#running && until !== this.#wakeAt) {
      this.#wakeAt = until;
      this.#actions.push({ type: 'wait', until });
    }
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function beyond(retryAfter: number): string {
  return `the service asks to wait ${retryAfter} s, beyond the deadline`;
}
