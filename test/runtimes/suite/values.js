// Bytes and values as the vectors write them, and comparison. ES5: these files run on Duktape as they are.

function bytesOfHex(hex) {
  var bytes = new Uint8Array(hex.length / 2);
  for (var i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
  return bytes;
}

/** Runs are [hex, times] pairs to be written one behind the other. */
function bytesOfRuns(runs) {
  var pieces = [];
  var length = 0;
  var i;
  for (i = 0; i < runs.length; i++) {
    pieces.push(bytesOfHex(runs[i][0]));
    length += pieces[i].length * runs[i][1];
  }
  var bytes = new Uint8Array(length);
  var at = 0;
  for (i = 0; i < runs.length; i++) at = fill(bytes, at, pieces[i], runs[i][1]);
  return bytes;
}

/** Doubles what has been written, since 2 MiB byte by byte take seconds on an interpreter. */
function fill(bytes, at, piece, times) {
  var end = at + piece.length * times;
  if (end === at) return at;
  bytes.set(piece, at);
  for (var written = piece.length; at + written < end; written *= 2) {
    bytes.set(bytes.subarray(at, at + Math.min(written, end - at - written)), at + written);
  }
  return end;
}

/** A packet as it stands in the vectors, its `$runs`, `$repeat` and `$cycle` written out. */
function valueOf(value) {
  if (value === null || typeof value !== 'object') return value;
  if (value.$runs) return bytesOfRuns(value.$runs);
  if (value.$repeat) return repeat(value.$repeat, value.count);
  var result;
  var i;
  if (value.$cycle) {
    result = [];
    for (i = 0; i < value.count; i++) result.push(value.$cycle[i % value.$cycle.length]);
    return result;
  }
  if (value instanceof Array) {
    result = [];
    for (i = 0; i < value.length; i++) result.push(valueOf(value[i]));
    return result;
  }
  result = {};
  for (var key in value) result[key] = valueOf(value[key]);
  return result;
}

function repeat(text, times) {
  var result = '';
  for (var piece = text; times > 0; times >>= 1, piece += piece) if (times & 1) result += piece;
  return result;
}

function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  for (var i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** An absent field equals an undefined one, nothing else is forgiven: a field that nobody listed is a difference. */
function same(a, b) {
  if (a === b) return true;
  if (!a || !b || typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b);
  }
  if (a instanceof Array && b instanceof Array) return sameList(a, b);
  for (var key in a) if (!same(a[key], b[key])) return false;
  for (key in b) if (a[key] === undefined && b[key] !== undefined) return false;
  return true;
}

function sameList(a, b) {
  if (a.length !== b.length) return false;
  for (var i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
  return true;
}

function copyOf(bytes, start, end) {
  var copy = new Uint8Array(end - start);
  // Rhino refuses to set nothing at the very end.
  if (end > start) copy.set(bytes.subarray(start, end));
  return copy;
}
