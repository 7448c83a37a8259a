// qjs --std main.js SETTINGS.json FILE...: QuickJS has processes, pipes and timers, and no sockets. socat holds the connection, and
// verifies the server's certificate and name.

var settings = JSON.parse(std.loadFile(scriptArgs[1]));
for (var i = 2; i < scriptArgs.length; i++) std.loadScript(scriptArgs[i]);

var link; // { process, input, output, says }
var timer;
var device;

var platform = {
  dial: function (host, port) {
    platform.hangUp();
    var toLink = os.pipe();
    var fromLink = os.pipe();
    var said = os.pipe();
    var trust = settings.ca ? 'cafile=' + settings.ca : 'capath=/etc/ssl/certs';
    var target =
      'OPENSSL:' +
      (settings.address || host + ':' + port) +
      ',verify=1,commonname=' +
      host +
      ',snihost=' +
      host +
      ',' +
      trust;
    var options = { block: false, stdin: toLink[0], stdout: fromLink[1], stderr: said[1] };
    var process = os.exec(['socat', '-d', '-d', '-', target], options);
    [toLink[0], fromLink[1], said[1]].forEach(os.close);
    link = { process: process, input: toLink[1], output: fromLink[0], says: said[0], isOpen: false, kind: undefined };
    os.setReadHandler(link.output, onBytes);
    os.setReadHandler(link.says, onWords);
  },
  send: function (bytes) {
    if (link) os.write(link.input, bytes.buffer, bytes.byteOffset, bytes.length);
  },
  hangUp: function () {
    if (!link) return;
    os.setReadHandler(link.output, null);
    os.setReadHandler(link.says, null);
    // socat sends what it has read, and goes.
    [link.input, link.output, link.says].forEach(os.close);
    link = undefined;
  },
  wait: function (milliseconds) {
    if (timer) os.clearTimeout(timer);
    timer = os.setTimeout(function () {
      device.time(now());
    }, milliseconds);
  },
  say: print,
  end: function (code) {
    print(code);
    platform.hangUp();
    std.out.flush();
    std.exit(code === 'done' ? 0 : 1);
  },
};

function read(file) {
  var bytes = new Uint8Array(4096);
  return bytes.subarray(0, Math.max(0, os.read(file, bytes.buffer, 0, bytes.length)));
}

function onBytes() {
  var bytes = read(link.output);
  if (bytes.length > 0) device.data(bytes, now());
  else {
    var kind = link.isOpen ? undefined : link.kind;
    platform.hangUp();
    device.lost(kind, now());
  }
}

/** What socat tells of itself: that the connection stands, or why it does not. */
function onWords() {
  var words = String.fromCharCode.apply(null, read(link.says));
  if (words === '') os.setReadHandler(link.says, null);
  if (/ E /.test(words)) link.kind = /SSL|certificate/.test(words) ? 'tls' : 'tcp';
  if (/starting data transfer loop/.test(words)) {
    link.isOpen = true;
    device.connected(now());
  }
}

/** Milliseconds. This clock can be set back, which the machine takes for no time; firmware has a better one. */
function now() {
  return Date.now();
}

settings.unixTime = now() / 1000;
device = startDevice(settings, platform, now());
