// What the codec says about bytes, in one shape. An exception that is not one of its own two is a bug anywhere.

/** The largest packet there can be: what is judged here are the bytes, not a limit. */
var ANY_SIZE = 268435460;

/** Feeds `bytes` cut at each of `cuts`, which rise, and takes the packets out as they come. */
function receive(codec, bytes, cuts, maxPacketSize) {
  var framer = new codec.Framer({ maxPacketSize: maxPacketSize || ANY_SIZE });
  var verdict = { packets: [], bodies: [], error: undefined, framer: framer };
  var from = 0;
  for (var i = 0; i <= cuts.length && !verdict.error; i++) {
    var to = i < cuts.length ? cuts[i] : bytes.length;
    take(codec, verdict, bytes, from, to);
    from = to;
  }
  return verdict;
}

function take(codec, verdict, bytes, from, to) {
  try {
    verdict.framer.push(bytes, from, to);
    for (var frame = verdict.framer.next(); frame; frame = verdict.framer.next()) {
      verdict.packets.push(codec.decodePacket(frame));
      verdict.bodies.push(copyOf(frame.bytes, frame.start, frame.end));
    }
  } catch (error) {
    verdict.error = error;
  }
}

/** Undefined when `error` is a DecodeError about one of `length` bytes, otherwise what is wrong with it. */
function wrongWith(codec, error, length) {
  if (!error) return 'no error';
  if (error.name !== 'DecodeError') return 'untyped: ' + error.name + ': ' + error.message;
  if (!(error instanceof codec.DecodeError) || !(error instanceof Error)) return 'instanceof fails';
  if (typeof error.code !== 'string') return 'no code';
  if (typeof error.offset !== 'number' || error.offset < 0 || error.offset > length) return 'offset ' + error.offset;
  if (!/^MQTT-\d+\.\d+(\.\d+)*-\d+$/.test(error.statement)) return 'statement ' + error.statement;
  if (typeof error.packetType !== 'number') return 'packetType ' + error.packetType;
  note(error.message + error.code + error.offset + error.packetType);
  return undefined;
}

// What was said in a run, folded into one number: two engines that give the same one have said the same.
var transcript = 0;

function note(text) {
  for (var i = 0; i < text.length; i++) transcript = (transcript * 31 + text.charCodeAt(i)) | 0;
}

function errorOf(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Size of the fixed header at the start of `bytes`. */
function headerSizeOf(bytes) {
  var size = 2;
  while (bytes[size - 1] & 0x80) size++;
  return size;
}

function bodyOf(bytes) {
  return bytes.subarray(headerSizeOf(bytes));
}
