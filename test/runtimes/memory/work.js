// What is timed, and what is kept while the heap is looked at.

var topic = 'devices/sensor-17/messages/events/';
var payload = new Uint8Array(64);
var encoded = Mote.encodePublish({ topicName: topic, payload: payload, qos: 1, packetId: 7 });
var target = new Uint8Array(200);
var key = new Uint8Array(32);
var text = Mote.encodeUtf8('0ne00ABCDEF%2Fregistrations%2Fsensor-17\n1900000000');

var work = {
  encode: function () {
    Mote.encodePublishInto(
      { topicName: topic, payload: payload, qos: 1, retain: false, dup: false, packetId: 7 },
      target,
      0
    );
  },
  decode: function () {
    return Mote.decode(encoded);
  },
  hmac: function () {
    Mote.hmacSha256(key, text);
  },
};

/** Microseconds for one, of the best of ten rounds. */
function timeOf(name, times, clock) {
  var best = Infinity;
  for (var round = 0; round < 10; round++) {
    var began = clock();
    for (var i = 0; i < times; i++) work[name]();
    best = Math.min(best, ((clock() - began) * 1000) / times);
  }
  return best;
}

var kept = [];
function keepDecoded(count) {
  for (var i = 0; i < count; i++) kept.push(Mote.decode(encoded));
}

var client;
function inFlight(count) {
  if (!client) {
    client = new Mote.Client({
      clientId: 'device',
      cleanSession: false,
      keepAlive: 60,
      routes: 1,
      random: function () {
        return 0.5;
      },
      retry: { attempts: 5, baseMs: 1000, capMs: 60000, standMs: 30000, silenceMs: 30000 },
      freshCredentials: false,
      onSessionLost: 'resume',
      window: 200,
      queue: { maxMessages: 500, maxBytes: 100000, whenFull: 'reject' },
      onWork: function () {},
    });
    client.start(0);
    client.connected({}, 1);
    client.receive(new Uint8Array([0x20, 2, 0, 0]), 2);
  }
  for (var i = 0; i < count; i++)
    client.publish({ topicName: topic, payload: payload, qos: 1, retain: false, settle: function () {} }, 3);
  client.flush(4);
}
