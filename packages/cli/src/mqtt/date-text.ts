// The fields of strftime, which mosquitto_sub takes as `%@H`: in the time zone of the process, in English.

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January,February,March,April,May,June,July,August,September,October,November,December'.split(',');

const two = (value: number): string => String(value).padStart(2, '0');
const blank = (value: number): string => String(value).padStart(2, ' ');
const half = (at: Date): number => at.getHours() % 12 || 12;

function zone(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function dayOfYear(at: Date): number {
  const days = Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) - Date.UTC(at.getFullYear(), 0, 1);
  return days / 86_400_000 + 1;
}

const FIELDS: Readonly<Record<string, (at: Date) => string>> = {
  Y: (at) => String(at.getFullYear()),
  C: (at) => two(Math.floor(at.getFullYear() / 100)),
  y: (at) => two(at.getFullYear() % 100),
  m: (at) => two(at.getMonth() + 1),
  d: (at) => two(at.getDate()),
  e: (at) => blank(at.getDate()),
  j: (at) => String(dayOfYear(at)).padStart(3, '0'),
  H: (at) => two(at.getHours()),
  I: (at) => two(half(at)),
  k: (at) => blank(at.getHours()),
  l: (at) => blank(half(at)),
  M: (at) => two(at.getMinutes()),
  S: (at) => two(at.getSeconds()),
  f: (at) => `${String(at.getMilliseconds()).padStart(3, '0')}000`,
  N: (at) => `${String(at.getMilliseconds()).padStart(3, '0')}000000`,
  p: (at) => (at.getHours() < 12 ? 'AM' : 'PM'),
  P: (at) => (at.getHours() < 12 ? 'am' : 'pm'),
  a: (at) => (DAYS[at.getDay()] ?? '').slice(0, 3),
  A: (at) => DAYS[at.getDay()] ?? '',
  b: (at) => (MONTHS[at.getMonth()] ?? '').slice(0, 3),
  h: (at) => (MONTHS[at.getMonth()] ?? '').slice(0, 3),
  B: (at) => MONTHS[at.getMonth()] ?? '',
  u: (at) => String(at.getDay() || 7),
  w: (at) => String(at.getDay()),
  s: (at) => String(Math.floor(at.getTime() / 1000)),
  z: zone,
  Z: (at) => /\(([^)]+)\)/.exec(at.toString())?.[1]?.replace('Coordinated Universal Time', 'UTC') ?? zone(at),
  F: (at) => dateText(at, '%Y-%m-%d'),
  T: (at) => dateText(at, '%H:%M:%S'),
  R: (at) => dateText(at, '%H:%M'),
  r: (at) => dateText(at, '%I:%M:%S %p'),
  D: (at) => dateText(at, '%m/%d/%y'),
  x: (at) => dateText(at, '%m/%d/%y'),
  X: (at) => dateText(at, '%H:%M:%S'),
  c: (at) => dateText(at, '%a %b %e %H:%M:%S %Y'),
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};

/** Whether this letter is a field of strftime. */
export const isDateField = (letter: string): boolean => Object.hasOwn(FIELDS, letter);

/** A time in a format of strftime. An unknown field stays as it is. */
export function dateText(at: Date, format: string): string {
  return format.replace(/%(.)/g, (part, letter: string) => FIELDS[letter]?.(at) ?? part);
}
