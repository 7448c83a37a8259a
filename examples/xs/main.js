// Loaded into xsnap-worker behind the other files: each command that comes in is a line.
globalThis.handleCommand = function (command) {
  var text = '';
  for (var bytes = new Uint8Array(command), i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  line(text);
  return new ArrayBuffer(0);
};
