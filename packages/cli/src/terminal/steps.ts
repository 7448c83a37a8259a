import { type Output, stderr } from './output.ts';
import { paintFor } from './paint.ts';
import { wantsAscii } from './plain-ascii.ts';

/** One step, as `onProgress` of the client reports it. */
export interface Step {
  /** `retrying` means that the step before it has failed. */
  readonly type: string;
  readonly message: string;
  readonly elapsedMs: number;
  /** Milliseconds until the next attempt. They are shown as a countdown. */
  readonly delayMs?: number;
}

/** Shows steps: on a terminal the current one is redrawn with a spinner, elsewhere each gets a line. */
export interface Steps {
  /** Begins a step, and ends the one before. */
  next(step: Step): void;
  /** Ends the last step as done. */
  done(): void;
  /** Ends the last step as failed. */
  failed(): void;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const ASCII_SPINNER = ['-', '\\', '|', '/'];

/** The steps for a stream. */
export function stepsOn(stream: NodeJS.WriteStream, output: Output = stderr): Steps {
  // A terminal that cannot erase a line gets a line for each step, too.
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? liveSteps(stream, output) : plainSteps(output);
}

function plainSteps(output: Output): Steps {
  return {
    next: ({ message, elapsedMs }) => output.line(`${seconds(elapsedMs)}  ${message}`, MESSAGE_COLUMN),
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
    if (current !== undefined) output.redrawn(`${mark} ${text(current)}`, MESSAGE_COLUMN + 2);
    current = undefined;
  };
  return {
    next(step) {
      // Neither the wait before a retry nor the step that failed before it gets the mark of success.
      if (current?.type === 'retrying') settle(paint.warn('↻'));
      else settle(step.type === 'retrying' ? paint.warn('!') : paint.good('✔'));
      current = step;
      since = performance.now();
      draw();
      timer = setInterval(draw, 80);
      // The spinner alone must not keep the process running.
      timer.unref();
    },
    done: () => settle(paint.good('✔')),
    failed: () => settle(paint.bad('✖')),
  };
}

/** Where the message of a step begins: behind its time. */
const MESSAGE_COLUMN = 10;

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(2).padStart(6)} s`;
}
