import { type Paint, paintFor } from './paint.ts';

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
const ERASE_LINE = '\r\x1b[2K';

export function stepsOn(stream: NodeJS.WriteStream): Steps {
  const paint = paintFor(stream);
  return stream.isTTY ? liveSteps(stream, paint) : plainSteps(stream);
}

function plainSteps(stream: NodeJS.WritableStream): Steps {
  return {
    next: (sentence, elapsedMs) => void stream.write(`${seconds(elapsedMs)}  ${sentence}\n`),
    done: () => {},
    failed: () => {},
  };
}

function liveSteps(stream: NodeJS.WriteStream, paint: Paint): Steps {
  let current = '';
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    turn = (turn + 1) % SPINNER.length;
    stream.write(`${ERASE_LINE}${paint.device(SPINNER[turn]!)} ${current.slice(0, stream.columns - 3)}`);
  };
  const settle = (mark: string) => {
    clearInterval(timer);
    timer = undefined;
    if (current !== '') stream.write(`${ERASE_LINE}${mark} ${current}\n`);
    current = '';
  };
  return {
    next(sentence, elapsedMs) {
      settle(paint.good('✔'));
      current = `${paint.dim(seconds(elapsedMs))}  ${sentence}`;
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
