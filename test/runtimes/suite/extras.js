// The other ways to read and write a PUBLISH, the spans of annotate, and topics.

function checkPublish(t, vector, packet) {
  var codec = t.codec;
  var framer = new codec.Framer({ maxPacketSize: ANY_SIZE });
  framer.push(vector.bytes);
  var view = t.view.read(framer.next());
  t.ok(
    'publish',
    vector.name + ': PublishView',
    view.qos === packet.qos &&
      view.dup === packet.dup &&
      view.retain === packet.retain &&
      (view.packetId || undefined) === packet.packetId &&
      view.topicName === packet.topicName &&
      sameBytes(view.payload, packet.payload)
  );
  t.ok(
    'publish',
    vector.name + ': PublishView offsets',
    sameBytes(view.bytes.subarray(view.payloadStart, view.payloadEnd), packet.payload) &&
      view.topicEnd + (packet.qos ? 2 : 0) === view.payloadStart
  );
  if (packet.dup) return;
  var prepared = codec.preparePublish({ topicName: packet.topicName, qos: packet.qos, retain: packet.retain });
  t.ok('publish', vector.name + ': prepared size', prepared.size(packet.payload.length) === vector.bytes.length);
  var target = new Uint8Array(vector.bytes.length + 3);
  for (var round = 1; round <= 3; round++) {
    var end = prepared.encodeInto(packet.payload, packet.packetId, target, 3);
    t.ok(
      'publish',
      vector.name + ': prepared, round ' + round,
      end === target.length && sameBytes(target.subarray(3), vector.bytes)
    );
    for (var i = 0; i < 8 && i < target.length; i++) target[i] = 0xa5;
  }
}

/** `expected` is the verdict of the vector; one that may go either way is only asked for spans that fit together. */
function checkAnnotate(t, vector, expected) {
  var spans = t.codec.annotate(vector.bytes);
  var at = 0;
  var marked = false;
  for (var i = 0; i < spans.length; i++) {
    if (spans[i].start !== at || spans[i].end < at || typeof spans[i].field !== 'string') break;
    at = spans[i].end;
    if (spans[i].error) marked = true;
    note(at + spans[i].field + valueText(spans[i].value) + (spans[i].error ? spans[i].error.code : ''));
  }
  t.ok('annotate', vector.name + ': spans', i === spans.length && at === vector.bytes.length);
  if (expected) t.ok('annotate', vector.name + ': error', marked === (expected === 'reject'));
}

function valueText(value) {
  return value instanceof Uint8Array ? value.length + ' bytes' : String(value);
}

function checkTopics(t, topics) {
  for (var i = 0; i < topics.length; i++) {
    var filter = topics[i].filter;
    var name = topics[i].name;
    t.ok('topics', filter + ' is a filter', t.codec.isTopicFilter(filter));
    t.ok('topics', name + ' is a name', t.codec.isTopicName(name));
    t.ok('topics', filter + ' and ' + name, t.codec.topicMatches(filter, name) === topics[i].matches);
  }
}
