import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '@mote/codec';
import { expect, test } from 'vitest';
import { bytesOf, valid } from './support/vectors.ts';

// Wireshark's dissector shares no code with any JavaScript codec. Without tshark (Debian: apt-get install tshark) this is skipped.

const isInstalled =
  spawnSync('tshark', ['--version']).status === 0 && spawnSync('text2pcap', ['--version']).status === 0;
const FIELDS = [
  'mqtt.msgtype',
  'mqtt.clientid',
  'mqtt.username',
  'mqtt.topic',
  'mqtt.msgid',
  'mqtt.qos',
  '_ws.malformed',
];

test.skipIf(!isInstalled)('tshark reads from every short valid vector what we read', () => {
  const vectors = valid.filter((vector) => (vector.hex?.length ?? Infinity) < 2000);
  const folder = mkdtempSync(join(tmpdir(), 'mote-tshark-'));
  try {
    const dump = vectors.map(
      (vector) => `0000 ${[...bytesOf(vector)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}\n`,
    );
    writeFileSync(join(folder, 'packets.txt'), dump.join('\n'));
    const pcap = spawnSync('text2pcap', ['-q', '-T', '40000,1883', 'packets.txt', 'packets.pcap'], { cwd: folder });
    expect(String(pcap.stderr)).not.toMatch(/error/i);
    const { stdout } = spawnSync(
      'tshark',
      ['-r', 'packets.pcap', '-d', 'tcp.port==1883,mqtt', '-T', 'json', ...FIELDS.flatMap((field) => ['-e', field])],
      { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, env: { ...process.env, HOME: folder } },
    );
    const seen: { _source: { layers: Record<string, string[] | undefined> } }[] = JSON.parse(stdout);
    expect(seen.length).toBe(vectors.length);
    vectors.forEach((vector, i) => {
      const layers = seen[i]?._source.layers ?? {};
      const packet = decode(bytesOf(vector));
      expect([vector.name, layers['_ws.malformed']]).toEqual([vector.name, undefined]);
      expect([vector.name, layers['mqtt.msgtype']]).toEqual([vector.name, [String(packet.type)]]);
      if ('packetId' in packet) {
        expect([vector.name, layers['mqtt.msgid']?.[0]]).toEqual([
          vector.name,
          packet.packetId === undefined ? undefined : String(packet.packetId),
        ]);
      }
      if (packet.type === 1)
        expect([vector.name, layers['mqtt.username']?.[0]]).toEqual([vector.name, packet.userName]);
      if (packet.type === 3) expect([vector.name, layers['mqtt.topic']?.[0]]).toEqual([vector.name, packet.topicName]);
      if (packet.type === 8) {
        expect([vector.name, layers['mqtt.topic']]).toEqual([
          vector.name,
          packet.subscriptions.map((each) => each.topicFilter),
        ]);
      }
      if (packet.type === 10) expect([vector.name, layers['mqtt.topic']]).toEqual([vector.name, packet.topicFilters]);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
