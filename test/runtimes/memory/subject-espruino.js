// The work of work.js, done by the MQTT module of Espruino, whose bytes are characters. It keeps no message until it is acknowledged.

var topic = 'devices/sensor-17/messages/events/';
var payload = new Array(65).join('x');
var sent;
var received;
var handlers = {};
var socket = {
  write: function (text) {
    sent = text;
  },
  on: function (name, handler) {
    handlers[name] = handler;
  },
  emit: function () {},
};
var mqtt = exports.create('broker', {});
mqtt.emit = function (name, value) {
  if (name === 'publish') received = value;
};
mqtt.connect(socket);
handlers.data('\x20\x02\x00\x00');
mqtt.publish(topic, payload, 1);
var encoded = sent;

var subject = {
  encode: function () {
    mqtt.publish(topic, payload, 1);
  },
  decode: function () {
    handlers.data(encoded);
    return received;
  },
};
