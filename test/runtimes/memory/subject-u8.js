// The work of work.js, done by u8-mqtt-packet, which keeps no message until it is acknowledged.

var topic = 'devices/sensor-17/messages/events/';
var payload = new Uint8Array(64);
var encoded = peer.encode_pkt('publish', { topic: topic, payload: payload, qos: 1, pkt_id: 7 });
var stream = peer.mqtt_stream();

var subject = {
  encode: function () {
    peer.encode_pkt('publish', { topic: topic, payload: payload, qos: 1, pkt_id: 7 });
  },
  decode: function () {
    return stream.decode(encoded);
  },
};
