// Packets cut and damaged at each place: the four rules of malformed.json.

/** Long packets are tried near both ends and at eight places between: their middle is one run of equal bytes. */
function placesOf(bytes, perByte) {
  var places = [];
  var count = bytes.length * perByte;
  var step = Math.ceil(count / 8);
  for (var place = 0; place < count; place++) {
    if (bytes.length <= 600 || place < 16 * perByte || place >= count - 8 || place % step === 0) places.push(place);
  }
  return places;
}

function checkTruncations(t, vector) {
  var codec = t.codec;
  var places = placesOf(vector.bytes, 1);
  for (var i = 0; i < places.length; i++) {
    var prefix = vector.bytes.subarray(0, places[i]);
    var verdict = receive(codec, prefix, []);
    var wrong = wrongWith(
      codec,
      errorOf(function () {
        codec.decode(prefix);
      }),
      prefix.length
    );
    t.ok(
      'truncations',
      vector.name + ' at ' + places[i],
      !verdict.error && verdict.packets.length === 0 && !wrong,
      wrong
    );
  }
}

function checkSplits(t, vector, packet) {
  var bytes = vector.bytes;
  if (bytes.length > 262144) {
    t.ok(
      'splits',
      vector.name + ' as segments of 1,460 bytes',
      isAlone(receive(t.codec, bytes, every(1460, bytes)), packet)
    );
    return;
  }
  var places = placesOf(bytes, 1);
  for (var i = 0; i < places.length; i++) {
    t.ok('splits', vector.name + ' at ' + places[i], isAlone(receive(t.codec, bytes, [places[i]]), packet));
  }
  t.ok('splits', vector.name + ' byte by byte', isAlone(receive(t.codec, bytes, every(1, bytes)), packet));
}

function every(step, bytes) {
  var cuts = [];
  for (var at = step; at < bytes.length; at += step) cuts.push(at);
  return cuts;
}

function isAlone(verdict, packet) {
  return !verdict.error && verdict.packets.length === 1 && same(verdict.packets[0], packet);
}

/** Any verdict will do if it is a typed one, and what is accepted must be what the encoder writes. */
function checkFlips(t, vector) {
  var places = placesOf(vector.bytes, 8);
  var bytes = copyOf(vector.bytes, 0, vector.bytes.length);
  for (var i = 0; i < places.length; i += t.flipEvery) {
    var bit = 1 << (places[i] & 7);
    bytes[places[i] >> 3] ^= bit;
    var verdict = receive(t.codec, bytes, []);
    var wrong = verdict.error && wrongWith(t.codec, verdict.error, bytes.length);
    t.ok('flips', vector.name + ' bit ' + places[i], !wrong && reencodes(t.codec, verdict), wrong);
    bytes[places[i] >> 3] ^= bit;
  }
}

function reencodes(codec, verdict) {
  for (var i = 0; i < verdict.packets.length; i++) {
    if (!sameBytes(bodyOf(codec.encodePacket(verdict.packets[i])), verdict.bodies[i])) return false;
  }
  return true;
}

/** Remaining Length one less, one more, with the body unchanged. */
function checkLengths(t, vector, packet) {
  var body = bodyOf(vector.bytes);
  var type = vector.bytes[0] >> 4;
  if (body.length > 0) {
    var less = receive(t.codec, withLength(vector.bytes[0], body.length - 1, body), []);
    var mayEndAnywhere = (type === 3 && packet.payload.length > 0) || (type === 9 && packet.returnCodes.length > 1);
    var refused = less.packets.length === 0 && !wrongWith(t.codec, less.error, body.length + 5);
    t.ok(
      'lengths',
      vector.name + ' -1',
      refused || (mayEndAnywhere && less.packets.length > 0 && !same(less.packets[0], packet))
    );
  }
  var more = receive(t.codec, withLength(vector.bytes[0], body.length + 1, body), []);
  var waits = !more.error && more.packets.length === 0;
  // A packet of one size only, such as PUBACK, may be refused on its header.
  t.ok(
    'lengths',
    vector.name + ' +1',
    waits || (more.packets.length === 0 && !wrongWith(t.codec, more.error, body.length + 5))
  );
}

function withLength(first, remainingLength, body) {
  var header = [first];
  do {
    header.push((remainingLength & 127) | (remainingLength > 127 ? 128 : 0));
    remainingLength >>= 7;
  } while (remainingLength > 0);
  var bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  if (body.length > 0) bytes.set(body, header.length);
  return bytes;
}
