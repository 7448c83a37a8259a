/** A span of time in words, without its sign: `2 h 5 min`. */
export function span(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** A time relative to now: `in 2 h`, or `2 h ago` if negative. */
export function ago(milliseconds: number): string {
  return milliseconds < 0 ? `${span(milliseconds)} ago` : `in ${span(milliseconds)}`;
}
