// Whole packets: what stands in the vectors is accepted, refused or awaited.

function checkAccept(t, vector) {
  var codec = t.codec;
  var bytes = vector.bytes;
  var packet = codec.decode(bytes);
  var verdict = receive(codec, bytes, []);
  var one = !verdict.error && verdict.packets.length === 1;
  t.ok(
    'verdicts',
    vector.name,
    one && same(verdict.packets[0], packet) && (!vector.packet || same(packet, vector.packet))
  );
  if (!one) return;
  var again = codec.encodePacket(packet);
  // 3.1.1 lets a Remaining Length be longer than it need be; the codec never writes one.
  t.ok(
    'verdicts',
    vector.name + ', encoded again',
    vector.longLength ? sameBytes(bodyOf(again), bodyOf(bytes)) : sameBytes(again, bytes)
  );
  t.ok('verdicts', vector.name + ', by its own decoder', same(ownDecode(codec, bytes), packet));
  checkEncoders(t, vector.name, packet, again);
}

function ownDecode(codec, bytes) {
  var framer = new codec.Framer({ maxPacketSize: ANY_SIZE });
  framer.push(bytes);
  var frame = framer.next();
  return codec['decode' + ENCODERS[frame.type]](frame);
}

function checkReject(t, vector) {
  var codec = t.codec;
  var bytes = vector.bytes;
  var verdict = receive(codec, bytes, []);
  if (vector.early && !verdict.error && verdict.packets.length === 0) {
    t.ok('verdicts', vector.name, true);
    return;
  }
  var wrong = wrongWith(codec, verdict.error, bytes.length);
  t.ok('verdicts', vector.name, !wrong && verdict.packets.length === 0, wrong);
  wrong = wrongWith(
    codec,
    errorOf(function () {
      codec.decode(bytes);
    }),
    bytes.length
  );
  t.ok('verdicts', vector.name + ', by decode()', !wrong, wrong);
  checkStaysFailed(t, vector.name, verdict);
}

/** What was queued behind a bad packet is never delivered. */
function checkStaysFailed(t, name, verdict) {
  var error = verdict.error;
  verdict.error = undefined;
  var pingreq = bytesOfHex('c000');
  take(t.codec, verdict, pingreq, 0, pingreq.length);
  t.ok('verdicts', name + ', for good', verdict.packets.length === 0 && !!error && verdict.error === error);
}

function checkIncomplete(t, vector) {
  var codec = t.codec;
  var verdict = receive(codec, vector.bytes, []);
  var waits = !verdict.error && verdict.packets.length === 0;
  t.ok('verdicts', vector.name, waits || (vector.orReject && !wrongWith(codec, verdict.error, vector.bytes.length)));
  var wrong = wrongWith(
    codec,
    errorOf(function () {
      codec.decode(vector.bytes);
    }),
    vector.bytes.length
  );
  t.ok('verdicts', vector.name + ', by decode()', !wrong, wrong);
}

/** Packets one behind the other: as many as the vector names, and their encodings joined are the stream. */
function checkStream(t, vector) {
  var verdict = receive(t.codec, vector.bytes, []);
  var pieces = new Uint8Array(vector.bytes.length);
  var at = 0;
  for (var i = 0; i < verdict.packets.length; i++) at = t.codec.encodePacketInto(verdict.packets[i], pieces, at);
  t.ok(
    'verdicts',
    vector.name,
    !verdict.error && verdict.packets.length === vector.count && sameBytes(pieces, vector.bytes)
  );
}

/** A length beyond the default limit is refused on its header alone. */
function checkOversized(t, vector) {
  var header = vector.bytes.subarray(0, headerSizeOf(vector.bytes));
  var verdict = receive(t.codec, header, [], 262144);
  t.ok(
    'verdicts',
    vector.name + ', over the limit',
    !wrongWith(t.codec, verdict.error, 5) && verdict.error.code === 'packet-too-large'
  );
}
