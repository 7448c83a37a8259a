import { generate, type Packet } from 'mqtt-packet';

// Packets as words, both ways. Bytes come from another codec, except those that no codec makes: these are hexadecimal.

/** The payload that a word stands for: `4KB` is as many bytes, other words are text. */
export function bytesOf(word: string): Buffer {
  const size = /^(\d+)KB$/.exec(word)?.[1];
  return size ? Buffer.alloc(Number(size) * 1024, 'x') : Buffer.from(word);
}

/** Bytes of the server: `hex 20020000`, or a packet such as `publish 7 q1 dup retain topic payload`. */
export function sayOf(words: string): Buffer {
  const [cmd = '', first = '', ...rest] = words.split(' ');
  const messageId = Number(first);
  if (cmd === 'hex') return Buffer.from([first, ...rest].join(''), 'hex');
  if (cmd === 'connack')
    return generate({ cmd, returnCode: Number(rest[0] ?? 0), sessionPresent: first === '1' } as Packet);
  if (cmd === 'publish') {
    const at = /^q0$/.test(first) ? [first, ...rest] : rest;
    const qos = Number(at.shift()!.slice(1));
    const dup = at[0] === 'dup' && !!at.shift();
    const retain = at[0] === 'retain' && !!at.shift();
    const [topic = '', payload = ''] = at;
    return generate({ cmd, topic, payload: bytesOf(payload), qos, dup, retain, ...(qos && { messageId }) } as Packet);
  }
  if (cmd === 'suback') return generate({ cmd, messageId, granted: rest.map(Number) } as Packet);
  if (/^(puback|pubrec|pubrel|pubcomp|unsuback)$/.test(cmd)) return generate({ cmd, messageId } as Packet);
  if (/^(pingresp|pingreq|disconnect)$/.test(cmd)) return generate({ cmd } as Packet);
  throw new Error(`no such line: ${words}`);
}

/** A packet of the client as words. */
export function wordsOf(packet: Packet): string {
  if (packet.cmd === 'connect') {
    const { clientId, clean, keepalive, username, password, will } = packet;
    const set = (name: string, value: unknown): string => (value === undefined ? '' : ` ${name}=${value}`);
    const wish = will && ` will=${will.topic}:${will.payload} q${will.qos}${will.retain ? ' retain' : ''}`;
    const named = `${clientId === 'device' ? '' : ` id=${clientId}`}${clean ? '' : ' clean=0'}`;
    return `connect${named}${keepalive ? ` ${keepalive}s` : ''}${set('user', username)}${set('password', password)}${wish ?? ''}`;
  }
  if (packet.cmd === 'publish') {
    const { messageId = '', qos, dup, retain, topic, payload } = packet;
    const text = payload.length > 20 ? `${payload.length} bytes` : String(payload);
    const flags = `q${qos}${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
    return ['publish', messageId, flags, topic, text].filter((part) => part !== '').join(' ');
  }
  if (packet.cmd === 'subscribe')
    return `subscribe ${packet.messageId} ${packet.subscriptions.map(({ topic, qos }) => `${topic} q${qos}`)}`;
  if (packet.cmd === 'unsubscribe') return `unsubscribe ${packet.messageId} ${packet.unsubscriptions}`;
  return [packet.cmd, packet.messageId].filter((part) => part !== undefined).join(' ');
}
