// All 16,777,216 inputs of three bytes, against the built codec. Each gets a typed verdict: accepted, incomplete, or refused with
// a DecodeError. What is accepted is written again with the same bytes, unless its Remaining Length had more bytes than it
// takes, which MQTT 3.1.1 does not forbid: accepted, never emitted. Ends with status 1 at the first input that breaks this.

import { DecodeError, decodePacket, encodePacket, Framer } from '../../packages/codec/dist/index.js';

Error.stackTraceLimit = 0;
const counts = { accepted: 0, incomplete: 0, refused: 0 };
const input = new Uint8Array(3);
const start = process.hrtime.bigint();

/** Length of the first packet that was accepted, 0 if there was none. */
function check() {
  const framer = new Framer({ maxPacketSize: 268_435_460 });
  framer.push(input);
  let at = 0;
  try {
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      const written = encodePacket(decodePacket(frame));
      const size = frame.headerSize + frame.end - frame.start;
      if (written.length === size) expectSame(written, at);
      else if (written.length > size || (input[at + 1] & 128) === 0) broken('written with another length');
      at += size;
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (error.packetType !== input[at] >> 4 || !(error.offset >= 0)) broken('refused without saying what');
    counts.refused++;
    return;
  }
  if (at === 3) counts.accepted++;
  else counts.incomplete++;
}

function expectSame(written, at) {
  for (let i = 0; i < written.length; i++) if (written[i] !== input[at + i]) broken('written with other bytes');
}

function broken(how) {
  console.error(`${Buffer.from(input).toString('hex')}: ${how}`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

for (let first = 0; first < 256; first++) {
  for (let second = 0; second < 256; second++) {
    for (let third = 0; third < 256; third++) {
      input[0] = first;
      input[1] = second;
      input[2] = third;
      check();
    }
  }
}

const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const { accepted, incomplete, refused } = counts;
console.log(`${accepted} accepted, ${incomplete} incomplete, ${refused} refused in ${seconds.toFixed(1)} s`);
const all = accepted + incomplete + refused === 256 ** 3;
console.log(all ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exitCode = all ? 0 : 1;
