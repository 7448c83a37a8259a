import { type Output, stderr } from './output.ts';
import { paintFor } from './paint.ts';

/** Shows one step after another: live on a terminal, a plain line each elsewhere. */
export interface Steps {
  /** The step before this one is done. */
  next(sentence: string, elapsedMs: number): void;
  /** The last step is done. */
  done(): void;
  /** The last step failed. */
  failed(): void;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function stepsOn(stream: NodeJS.WriteStream, output: Output = stderr): Steps {
  return stream.isTTY ? liveSteps(stream, output) : plainSteps(output);
}

function plainSteps(output: Output): Steps {
  return {
    next: (sentence, elapsedMs) => output.line(`${seconds(elapsedMs)}  ${sentence}`),
    done: () => {},
    failed: () => {},
  };
}

function liveSteps(stream: NodeJS.WriteStream, output: Output): Steps {
  const paint = paintFor(stream);
  let current = '';
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    turn = (turn + 1) % SPINNER.length;
    output.redraw(`${paint.device(SPINNER[turn]!)} ${current.slice(0, stream.columns - 3)}`);
  };
  const settle = (mark: string) => {
    clearInterval(timer);
    timer = undefined;
    if (current !== '') output.redrawn(`${mark} ${current}`);
    current = '';
  };
  return {
    next(sentence, elapsedMs) {
      settle(paint.good('✔'));
      current = `${seconds(elapsedMs)}  ${sentence}`;
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
