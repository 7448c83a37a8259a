// Changes of the kind that break decoders: bits, lengths, cuts, repeats, and pieces of other inputs.

const INTERESTING = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x7f, 0x80, 0xff, 0x23, 0x2b, 0x2f, 0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4,
];
const LONGEST = 400;

/** A generator of numbers in [0, limit) that a seed decides: mulberry32. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

export function mutate(input, other, random) {
  let bytes = [...input];
  for (let changes = 1 + random(4); changes > 0; changes--) bytes = change(bytes, other, random);
  return Uint8Array.from(bytes.slice(0, LONGEST));
}

function change(bytes, other, random) {
  const at = random(bytes.length + 1);
  const copy = bytes.slice();
  switch (random(9)) {
    case 0:
      copy[Math.min(at, bytes.length - 1)] ^= 1 << random(8);
      return copy.filter((byte) => byte !== undefined);
    case 1:
      copy[at] = INTERESTING[random(INTERESTING.length)];
      return copy;
    case 2:
      copy[at] = random(256);
      return copy;
    case 3:
      copy.splice(at, 1 + random(4));
      return copy;
    case 4:
      copy.splice(at, 0, ...Array.from({ length: 1 + random(4) }, () => random(256)));
      return copy;
    case 5: {
      const piece = bytes.slice(at, at + 1 + random(16));
      copy.splice(random(bytes.length + 1), 0, ...piece);
      return copy;
    }
    case 6: {
      const from = random(other.length + 1);
      copy.splice(at, random(4), ...other.slice(from, from + 1 + random(24)));
      return copy;
    }
    case 7: // a Remaining Length that fits again
      if (copy.length > 1 && copy.length < 130) copy[1] = copy.length - 2;
      return copy;
    default:
      return [...bytes, ...other];
  }
}
