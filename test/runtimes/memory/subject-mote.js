// The work of work.js, done by the device.

var topic = 'devices/sensor-17/messages/events/';
var payload = new Uint8Array(64);
var encoded = Mote.encodePublish({ topicName: topic, payload: payload, qos: 1, packetId: 7 });
var target = new Uint8Array(200);
var key = new Uint8Array(32);
var text = Mote.encodeUtf8('0ne00ABCDEF%2Fregistrations%2Fsensor-17\n1900000000');
var client = new Mote.Client({
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
function settle() {}

var subject = {
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
  inFlight: function () {
    client.publish({ topicName: topic, payload: payload, qos: 1, retain: false, settle: settle }, 3);
    client.flush(4);
  },
};
