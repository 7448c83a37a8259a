/** What people paste that holds no bytes, and how to get them. */
const PRINTED: readonly (readonly [RegExp, string])[] = [
  [/\[B@[0-9a-f]{4,8}\b/, 'Java prints arrays like this: log `HexFormat.of().formatHex(bytes)`'],
  [/\bjava\.nio\.\w+\[pos=|ByteBuf\(ridx: /, 'Java prints buffers like this: log `ByteBufUtil.hexDump(buffer)`'],
  [/System\.(?:Byte\[\]|\w*Memory<Byte>)/, '.NET prints arrays like this: log `Convert.ToHexString(bytes)`'],
  [/\[object \w+\]/, 'JavaScript prints objects like this: log `Buffer.from(bytes).toString("hex")`'],
  [/<memory at 0x/, 'Python prints memory like this: log `view.hex()`'],
  [/^\s*\d+ bytes\s*$/, 'Swift prints Data like this: log `Array(data)`'],
  [/\[[\d.]+[BKM] blob data\]/, 'The journal hides them: use `journalctl -o json`'],
  [
    /\bcmd: ["']?\w+["']?,/,
    'MQTT.js prints packets like this, with their payload alone: record them with `tcpdump -w FILE`',
  ],
];

/** Lines that name packets: of mosquitto and its clients, Paho, MQTT.js, EMQX, HiveMQ, tshark and tcpdump. */
const LOG =
  /\b(?:[Rr]eceived|[Ss]ending) (?:[CPSU][A-Z]{4,}|DISCONNECT)\b(?!:)|[<-][->] [A-Z]{6,} |\bmqtt(?:js|-packet):|packet: [A-Z]{6,}\(|\bMQTT \d+ [CPSUD][a-z]{3,} |Flags \[[A-Z.]+\], /;

/** What the text is, and how to get the bytes. Undefined if they are there: whole packets, or a dump of what is none. */
export function missingBytes(text: string, rank: () => number, dumped: boolean): string | undefined {
  const printed = PRINTED.find(([pattern]) => pattern.test(text))?.[1];
  if (printed !== undefined) return rank() < 2 ? `there are no bytes in it. ${printed}` : undefined;
  if (!dumped && LOG.test(text) && rank() <= 0)
    return 'there are no bytes in it. This is a log of packets, which `mote explain` may know: record them with `tcpdump -w FILE`';
  if (rank() >= 0) return undefined;
  if (/^\s*0\d{6}\s+-?\d{5,}/.test(text)) return 'decimal words of `od`: use `od -A x -t x1z`';
  return /\S\.\.|·/.test(text) && !/\n.*\n|(?:\b[0-9a-f]{2} ){3}/i.test(text)
    ? 'characters alone, with a dot for any other byte: copy them as hex'
    : undefined;
}
