// Every way to encode a packet, and packets that must not be encoded.

var ENCODERS = [
  '',
  'Connect',
  'Connack',
  'Publish',
  'Puback',
  'Pubrec',
  'Pubrel',
  'Pubcomp',
  'Subscribe',
  'Suback',
  'Unsubscribe',
  'Unsuback',
  'Pingreq',
  'Pingresp',
  'Disconnect',
];

/** Each encoder writes exactly `bytes`: alone, into the middle of a target, and not at all when there is no room. */
function checkEncoders(t, name, packet, bytes) {
  var codec = t.codec;
  var encoder = 'encode' + ENCODERS[packet.type];
  t.ok('encoders', name + ': ' + encoder, sameBytes(codec[encoder](packet), bytes));
  t.ok('encoders', name + ': packetSize', codec.packetSize(packet) === bytes.length);
  checkInto(t, name + ': ' + encoder + 'Into', bytes, function (target, at) {
    return codec[encoder + 'Into'](packet, target, at);
  });
  checkInto(t, name + ': encodePacketInto', bytes, function (target, at) {
    return codec.encodePacketInto(packet, target, at);
  });
}

function checkInto(t, name, bytes, encodeInto) {
  var target = new Uint8Array(bytes.length + 6);
  target[2] = target[bytes.length + 3] = 0xa5;
  var end = encodeInto(target, 3);
  t.ok('encoders', name, end === bytes.length + 3 && sameBytes(target.subarray(3, end), bytes));
  t.ok('encoders', name + ' stays inside', target[2] === 0xa5 && target[end] === 0xa5);
  var small = new Uint8Array(bytes.length + 2);
  var error = errorOf(function () {
    encodeInto(small, 3);
  });
  t.ok('encoders', name + ' without room', isEncodeError(t.codec, error) && error.code === 'no-room');
  t.ok('encoders', name + ' without room says the size', !!error && error.needed === bytes.length);
  t.ok('encoders', name + ' without room writes nothing', sameBytes(small, new Uint8Array(small.length)));
}

function isEncodeError(codec, error) {
  return !!error && error.name === 'EncodeError' && error instanceof codec.EncodeError && error instanceof Error;
}

function checkRefusals(t, refusals) {
  for (var i = 0; i < refusals.length; i++) {
    var packet = valueOf(refusals[i].packet);
    var error = errorOf(function () {
      t.codec.encodePacket(packet);
    });
    t.ok(
      'encoders',
      refusals[i].name,
      isEncodeError(t.codec, error) && error.code === refusals[i].code,
      error && error.code
    );
  }
}
