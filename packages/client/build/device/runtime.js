// What the machines use and ECMAScript 5 lacks, in ECMAScript 5: each is taken in where it is called, and nothing global is touched.
// The names with two underscores are those of TypeScript's helpers.

export function __extends(Derived, Base) {
  Derived.prototype = Object.create(Base.prototype, { constructor: { value: Derived, writable: true } });
}

export function __assign(target) {
  for (var i = 1; i < arguments.length; i++) for (var key in arguments[i]) target[key] = arguments[i][key];
  return target;
}

export function __rest(source, left) {
  var rest = {};
  for (var key in source) if (left.indexOf(key) < 0) rest[key] = source[key];
  return rest;
}

export function __spreadArray(to, from) {
  for (var i = 0; i < from.length; i++) to.push(from[i]);
  return to;
}

/** The base of error classes: an object made by Error(), which alone has a stack, with the prototype of the class. */
export function Failure(message) {
  return Object.setPrototypeOf(Error(message), Object.getPrototypeOf(this));
}
Failure.prototype = Error.prototype;

/** `object?.method(…)` */
export function ifThere(call, object, first, second) {
  return object === undefined || object === null ? undefined : call(object, first, second);
}

/** An array, or bytes, of what can be gone through. */
export function listOf(source) {
  if (source.length !== undefined) return source;
  var list = [];
  if (source.next) for (var step = source.next(); !step.done; step = source.next()) list.push(step.value);
  else
    source.forEach(function (value, key) {
      list.push(source.get ? [key, value] : value);
    });
  return list;
}

/** Keys are text or numbers, in the order in which they came. */
function TextMap(entries) {
  this._slots = {};
  this.size = 0;
  for (var i = 0, list = entries ? listOf(entries) : []; i < list.length; i++) this.set(list[i][0], list[i][1]);
}

TextMap.prototype = {
  get: function (key) {
    var slot = this._slots[slotOf(key)];
    return slot && slot[1];
  },
  has: function (key) {
    return this._slots[slotOf(key)] !== undefined;
  },
  set: function (key, value) {
    if (!this.has(key)) this.size++;
    this._slots[slotOf(key)] = [key, value];
    return this;
  },
  delete: function (key) {
    var had = this.has(key);
    if (had) this.size--;
    delete this._slots[slotOf(key)];
    return had;
  },
  clear: function () {
    this._slots = {};
    this.size = 0;
  },
  forEach: function (visit) {
    for (var name in this._slots) visit(this._slots[name][1], this._slots[name][0]);
  },
  keys: function () {
    return iterable(this, function (value, key) {
      return key;
    });
  },
  values: function () {
    return iterable(this, function (value) {
      return value;
    });
  },
};

/** No name of Object.prototype begins so, and no number is taken for the text of its digits. */
function slotOf(key) {
  return typeof key === 'number' ? '#' + key : '$' + key;
}

function iterable(map, pick) {
  var list = [];
  var at = 0;
  map.forEach(function (value, key) {
    list.push(pick(value, key));
  });
  list.next = function () {
    return at < list.length ? { done: false, value: list[at++] } : { done: true, value: undefined };
  };
  return list;
}

function TextSet(values) {
  this._map = new TextMap();
  this.size = 0;
  for (var i = 0, list = values ? listOf(values) : []; i < list.length; i++) this.add(list[i]);
}

TextSet.prototype = {
  has: function (value) {
    return this._map.has(value);
  },
  add: function (value) {
    this._map.set(value, value);
    this.size = this._map.size;
    return this;
  },
  delete: function (value) {
    var had = this._map.delete(value);
    this.size = this._map.size;
    return had;
  },
  clear: function () {
    this._map.clear();
    this.size = 0;
  },
  forEach: function (visit) {
    this._map.forEach(visit);
  },
  values: function () {
    return this._map.values();
  },
};

export var Map_ = typeof Map === 'function' ? Map : TextMap;
export var Set_ = typeof Set === 'function' ? Set : TextSet;

export function array_includes(list, value) {
  return list.indexOf(value) >= 0;
}

export function string_includes(text, part) {
  return text.indexOf(part) >= 0;
}

export function string_startsWith(text, part) {
  return text.lastIndexOf(part, 0) === 0;
}

export function string_endsWith(text, part) {
  return text.slice(-part.length) === part;
}

export function string_padStart(text, length, filling) {
  while (text.length < length) text = filling + text;
  return text;
}

export function array_flatMap(list, make) {
  return [].concat.apply([], list.map(make));
}

export function array_find(list, test) {
  for (var i = 0; i < list.length; i++) if (test(list[i], i)) return list[i];
}

export function array_findIndex(list, test) {
  for (var i = 0; i < list.length; i++) if (test(list[i], i)) return i;
  return -1;
}

export function Object_entries(object) {
  return Object.keys(object).map(function (key) {
    return [key, object[key]];
  });
}

export function Object_assign() {
  return __assign.apply(null, arguments);
}

export function bytes_slice(bytes, start, end) {
  var part = bytes.subarray(start || 0, end === undefined ? bytes.length : end);
  var copy = new bytes.constructor(part.length);
  copy.set(part);
  return copy;
}

export function bytes_fill(bytes, value, start, end) {
  for (var i = start || 0, to = end === undefined ? bytes.length : end; i < to; i++) bytes[i] = value;
  return bytes;
}

export function bytes_forEach(bytes, visit) {
  for (var i = 0; i < bytes.length; i++) visit(bytes[i], i);
}

export function bytes_map(bytes, make) {
  return from(bytes.constructor, bytes, make);
}

export function bytes_includes(bytes, value) {
  return bytes_indexOf(bytes, value) >= 0;
}

export function bytes_indexOf(bytes, value, start) {
  for (var i = start || 0; i < bytes.length; i++) if (bytes[i] === value) return i;
  return -1;
}

export function bytes_every(bytes, test) {
  for (var i = 0; i < bytes.length; i++) if (!test(bytes[i], i)) return false;
  return true;
}

export function bytes_some(bytes, test) {
  return !bytes_every(bytes, function (byte, i) {
    return !test(byte, i);
  });
}

export function Uint8Array_from(source, make) {
  return from(Uint8Array, source, make);
}

export function Int32Array_from(source, make) {
  return from(Int32Array, source, make);
}

function from(Kind, source, make) {
  var values = new Kind(source.length);
  for (var i = 0; i < source.length; i++)
    values[i] = make ? make(source.charAt ? source.charAt(i) : source[i], i) : source[i];
  return values;
}

export function Math_imul(a, b) {
  return ((a & 0xffff) * b + ((((a >>> 16) * b) & 0xffff) << 16)) | 0;
}

/** Every engine of ES5 that has typed arrays has it. */
export function Object_setPrototypeOf(object, prototype) {
  return Object.setPrototypeOf(object, prototype);
}

export function Number_isInteger(value) {
  return typeof value === 'number' && isFinite(value) && Math.floor(value) === value;
}
