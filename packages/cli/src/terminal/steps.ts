import { type Output, stderr } from './output.ts';
import { paintFor } from './paint.ts';
import { wantsAscii } from './plain-ascii.ts';

/** One step, as the client's progress tells it. */
export interface Step {
  /** `retrying` is bad news: what came before it has failed. */
  readonly type: string;
  readonly message: string;
  readonly elapsedMs: number;
  /** Milliseconds until something happens again. */
  readonly delayMs?: number;
}

/** Shows one step after another: live on a terminal, a plain line each elsewhere. */
export interface Steps {
  /** The step before this one is over. */
  next(step: Step): void;
  /** The last step is done. */
  done(): void;
  /** The last step failed. */
  failed(): void;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const ASCII_SPINNER = ['-', '\\', '|', '/'];

export function stepsOn(stream: NodeJS.WriteStream, output: Output = stderr): Steps {
  // A terminal that cannot erase a line gets one line a step.
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? liveSteps(stream, output) : plainSteps(output);
}

function plainSteps(output: Output): Steps {
  return {
    next: ({ message, elapsedMs }) => output.line(`${seconds(elapsedMs)}  ${message}`),
    done: () => {},
    failed: () => {},
  };
}

function liveSteps(stream: NodeJS.WriteStream, output: Output): Steps {
  const paint = paintFor(stream);
  const spinner = wantsAscii(process.env) ? ASCII_SPINNER : SPINNER;
  let current: Step | undefined;
  let since = 0;
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  const text = ({ message, elapsedMs }: Step) => `${seconds(elapsedMs)}  ${message}`;
  const draw = () => {
    if (current === undefined) return;
    turn = (turn + 1) % spinner.length;
    const left = Math.ceil(((current.delayMs ?? 0) - (performance.now() - since)) / 1000);
    const countdown = left > 0 ? ` (${left} s)` : '';
    const room = stream.columns - 3 - countdown.length;
    output.redraw(`${paint.device(spinner[turn]!)} ${text(current).slice(0, room)}${countdown}`);
  };
  const settle = (mark: string) => {
    clearInterval(timer);
    timer = undefined;
    if (current !== undefined) output.redrawn(`${mark} ${text(current)}`);
    current = undefined;
  };
  return {
    next(step) {
      // A retry is no success, and neither is what led to it.
      if (current?.type === 'retrying') settle(paint.warn('↻'));
      else settle(step.type === 'retrying' ? paint.warn('!') : paint.good('✔'));
      current = step;
      since = performance.now();
      draw();
      timer = setInterval(draw, 80);
      timer.unref();
    },
    done: () => settle(paint.good('✔')),
    failed: () => settle(paint.bad('✖')),
  };
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(2).padStart(6)} s`;
}
