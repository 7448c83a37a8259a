/** Most levels of arrays and objects in JSON. Deeper values would overflow the stack of recursive functions such as JSON.stringify. */
export const DEEPEST_JSON = 64;

/** Most values in one. JSON of 1 MiB has fewer; an object made in code may refer to itself, and would have no end. */
const MOST_VALUES = 1_000_000;

/** Like JSON.parse. Throws SyntaxError, also for text that nests deeper than DEEPEST_JSON. */
export function parseJson(text: string): unknown {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inText) {
      if (unit === BACKSLASH) i += 1;
      else if (unit === QUOTE) inText = false;
    } else if (unit === QUOTE) inText = true;
    else if (unit === OPEN_ARRAY || unit === OPEN_OBJECT) {
      depth += 1;
      if (depth > DEEPEST_JSON) throw new SyntaxError(`JSON nests deeper than ${DEEPEST_JSON} levels`);
    } else if (unit === CLOSE_ARRAY || unit === CLOSE_OBJECT) depth -= 1;
  }
  return JSON.parse(text);
}

/** Why a value of a caller or hook cannot be written as JSON. Undefined when it can. */
export function findJsonFault(value: unknown): string | undefined {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let seen = 1; waiting.length > 0; seen++) {
    const next = waiting.pop();
    if (next === undefined) break;
    const kind = typeof next.value;
    if (kind === 'bigint' || kind === 'function' || kind === 'symbol') return `a ${kind} has no form in JSON`;
    if (kind === 'number' && !Number.isFinite(next.value)) return `${next.value} has no form in JSON`;
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth >= DEEPEST_JSON) return `nests deeper than ${DEEPEST_JSON} levels, or refers to itself`;
    if (seen > MOST_VALUES) return `holds more than ${MOST_VALUES} values`;
    for (const inner of Object.values(next.value)) waiting.push({ value: inner, depth: next.depth + 1 });
  }
  return undefined;
}

// The characters that decide about depth, as UTF-16 units.
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
