// jsc mote-device.es5.min.js ../device.js ../lines/lines.js main.js: lines from standard input, one after the other.
for (var text = readline(); typeof text === 'string'; text = readline()) line(text);
