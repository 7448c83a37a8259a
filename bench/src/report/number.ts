const LADDERS: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  ns: [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ],
  bytes: [
    [1e6, 'MB'],
    [1e3, 'kB'],
    [1, 'B'],
  ],
};

/** `formatNumber(27100000, 'ns')` is `27.1 ms`; a unit without larger ones stays as it is. */
export function formatNumber(value: number, unit: string): string {
  const [size, name] = LADDERS[unit]?.find(([step]) => value >= step) ?? [1, unit];
  return `${count(value / size)} ${name}`;
}

/** Three digits, or all of those in front of the point. */
export function count(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
