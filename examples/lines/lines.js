// The platform of an engine that has nothing but lines of text: load it after device.js. Whatever holds the connection (peer.pl here;
// firmware, a serial port elsewhere) calls `line` with what happened, and does what is printed:
//   in   start NOW SETTINGS · connected NOW · data NOW HEX · lost NOW [KIND] · time NOW
//   out  dial HOST PORT · send HEX · hang-up · wait MILLISECONDS · say TEXT · end CODE

var device;

var platform = {
  dial: function (host, port) {
    print('dial ' + host + ' ' + port);
  },
  send: function (bytes) {
    for (var hex = '', i = 0; i < bytes.length; i++) hex += (bytes[i] + 256).toString(16).slice(1);
    print('send ' + hex);
  },
  hangUp: function () {
    print('hang-up');
  },
  wait: function (milliseconds) {
    print('wait ' + milliseconds);
  },
  say: function (text) {
    print('say ' + text);
  },
  end: function (code) {
    print('end ' + code);
  },
};

function line(text) {
  var words = text.split(' ');
  var now = Number(words[1]);
  if (words[0] === 'start') device = startDevice(JSON.parse(words.slice(2).join(' ')), platform, now);
  else if (words[0] === 'connected') device.connected(now);
  else if (words[0] === 'data') device.data(bytesOf(words[2]), now);
  else if (words[0] === 'lost') device.lost(words[2], now);
  else if (words[0] === 'time') device.time(now);
}

function bytesOf(hex) {
  var bytes = new Uint8Array(hex.length / 2);
  for (var i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
  return bytes;
}
