/** Values that are shown, one for each second. */
const SECONDS = 60;
/** Size of the drawing, in the units of its viewBox. */
const WIDTH = 240;
const HEIGHT = 36;

/** A line of the registrations per second during the last minute. */
export class RateChart {
  readonly #line: SVGPolylineElement;
  readonly #values: number[] = Array.from({ length: SECONDS }, () => 0);

  constructor(line: SVGPolylineElement) {
    this.#line = line;
    this.#draw();
  }

  add(perSecond: number): void {
    this.#values.push(perSecond);
    this.#values.shift();
    this.#draw();
  }

  #draw(): void {
    const most = Math.max(1, ...this.#values);
    const points = this.#values.map((value, index) => {
      const x = (index * WIDTH) / (SECONDS - 1);
      return `${x.toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`;
    });
    this.#line.setAttribute('points', points.join(' '));
  }
}
