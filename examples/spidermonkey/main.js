// gjs main.js FILE...: the SpiderMonkey of GNOME, with lines from standard input.
const { Gio, GLib } = imports.gi;

for (const path of ARGV) {
  const [, bytes] = GLib.file_get_contents(path);
  (0, eval)(imports.byteArray.toString(bytes));
}
const input = new Gio.DataInputStream({ base_stream: new Gio.UnixInputStream({ fd: 0, close_fd: false }) });
for (let [text] = input.read_line_utf8(null); text !== null; [text] = input.read_line_utf8(null)) line(text);
