import { createClient } from '@mote/client';
import { parser } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { Machine } from './machine.ts';
import { message } from './server.ts';

// What the standard asks of a client, one statement a test: the general client in virtual time, and packets by another codec.

/** What the client said on its last connection, as words. */
function said(machine: Machine): string[] {
  const words: string[] = [];
  const incoming = parser({ protocolVersion: 4 });
  incoming.on('packet', (packet) => {
    const { cmd, messageId } = packet;
    const more = packet.cmd === 'publish' ? ` q${packet.qos}${packet.dup ? ' dup' : ''} ${String(packet.payload)}` : '';
    words.push(`${cmd}${messageId === undefined ? '' : ` ${messageId}`}${more}`);
  });
  for (const bytes of machine.sent) incoming.parse(Buffer.from(bytes, 'hex'));
  return words.slice(words.lastIndexOf('connect') + 1);
}

const online = (options?: ConstructorParameters<typeof Machine>[0], sessionPresent = false): Machine =>
  new Machine(options).online(sessionPresent);
const again = (machine: Machine, sessionPresent = true): Machine =>
  machine.lost().advance(120_000).online(sessionPresent);
const cause = (machine: Machine): unknown => {
  const state = machine.states.at(-1)!;
  return state.type === 'waiting' ? state.cause.code : state.type;
};

describe('connection', () => {
  test('CONNECT is the first packet of each connection, and comes once [MQTT-3.1.0-1] [MQTT-3.1.0-2]', () => {
    const machine = again(online());
    machine.publish(1);
    const connects = machine.sent.filter((bytes) => bytes.startsWith('10'));
    expect([connects.length, machine.sent[0]]).toEqual([2, connects[0]]);
  });

  test('the Session of this client identifier is asked for by the same name each time [MQTT-3.1.3-2]', () => {
    const machine = again(online());
    for (const bytes of machine.sent.filter((one) => one.startsWith('10')))
      expect(Buffer.from(bytes, 'hex').toString('latin1')).toContain('device');
  });

  test('an empty client identifier needs CleanSession 1 [MQTT-3.1.3-7]', () => {
    const wrong = { host: 'localhost', transport: 'tcp', clientId: '', cleanSession: false } as const;
    expect(() => createClient(wrong)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });

  test('a refusal ends the connection at our side, too [MQTT-3.2.2-5]', () => {
    const machine = new Machine({ timeoutMs: 1000 }).connected().hears('20020002');
    expect(machine.actions.map(({ type }) => type)).toContain('hang-up');
    expect(machine.states.at(-1)).toMatchObject({
      type: 'stopped',
      error: { code: 'connection-refused', returnCode: 2 },
    });
  });

  test.each(['06', '7f', 'ff'])('return code 0x%s, which is reserved, is a violation [3.2.2.3]', (code) => {
    expect(cause(new Machine().connected().hears(`200200${code}`))).toBe('protocol-violation');
  });

  test('DISCONNECT is the last packet, and then the connection is closed [MQTT-3.14.4-1] [MQTT-3.14.4-2]', () => {
    const machine = online();
    machine.do(() => {
      machine.client.close(1000);
      return [];
    });
    expect([said(machine), machine.actions.at(-1)]).toEqual([['disconnect'], { type: 'end' }]);
    machine.publish(1);
    machine.do(() => machine.client.wake(1));
    expect(said(machine)).toEqual(['disconnect']);
  });

  test('PINGREQ is sent before keepAlive is over, and one without PINGRESP ends it [MQTT-3.1.2-23] [MQTT-3.12.4-1]', () => {
    const machine = online({ keepAlive: 60 }).advance(45_000);
    expect(said(machine)).toEqual(['pingreq']);
    expect(cause(machine.hears('d000').advance(40_000))).toBe('online');
    machine.advance(20_000);
    expect(machine.states.find(({ type }) => type === 'waiting')).toMatchObject({
      cause: { code: 'connection-lost', reason: 'no-pingresp' },
    });
  });

  test('both QoS bits set end the connection, and nothing behind them is read [MQTT-3.3.1-4] [MQTT-4.8.0-1]', () => {
    const machine = online();
    expect(cause(machine.hears('36050001610001'))).toBe('protocol-violation');
    machine.hears(message('in', 'x', 1, 7));
    expect(said(machine)).toEqual([]);
  });
});

describe('a message that is sent', () => {
  test('at QoS 0 has DUP 0 and is never sent again [MQTT-4.3.1-1] [MQTT-3.3.1-2]', () => {
    const machine = online();
    machine.publish(0);
    expect(said(machine)).toEqual(['publish q0 x']);
    expect(said(again(machine))).toEqual([]);
  });

  test('at QoS 1 has a new identifier and DUP 0, and is kept until PUBACK [MQTT-4.3.2-1]', () => {
    const machine = online();
    const [one, two] = [machine.publish(1, '1'), machine.publish(1, '2')];
    expect(said(machine)).toEqual(['publish 1 q1 1', 'publish 2 q1 2']);
    machine.hears({ cmd: 'puback', messageId: 1 });
    expect([one.outcome, two.outcome]).toEqual(['done', undefined]);
    expect(said(again(machine))).toEqual(['publish 2 q1 dup 2']);
  });

  test('at QoS 2 is PUBLISH until PUBREC and PUBREL until PUBCOMP, and never PUBLISH again [MQTT-4.3.3-1]', () => {
    const machine = online();
    expect(machine.publish(2).outcome).toBeUndefined();
    machine.hears({ cmd: 'pubrec', messageId: 1 });
    expect(said(machine)).toEqual(['publish 1 q2 x', 'pubrel 1']);
    expect(said(again(machine))).toEqual(['pubrel 1']);
    machine.hears({ cmd: 'pubcomp', messageId: 1 });
    expect(said(again(machine))).toEqual([]);
  });

  test('again has DUP 1 and its identifier, in the old order; PUBREL in that of PUBREC [MQTT-3.3.1-1] [MQTT-4.4.0-1] [MQTT-4.6.0-1]', () => {
    const machine = online();
    for (const payload of ['1', '2', '3', '4']) machine.publish(2, payload);
    machine.hears({ cmd: 'pubrec', messageId: 2 }, { cmd: 'pubrec', messageId: 3 });
    expect(said(again(machine))).toEqual(['publish 1 q2 dup 1', 'pubrel 2', 'pubrel 3', 'publish 4 q2 dup 4']);
  });

  test('PUBRELs go out in the order of the PUBRECs [MQTT-4.6.0-4]', () => {
    const machine = online();
    for (const payload of ['1', '2', '3']) machine.publish(2, payload);
    for (const messageId of [3, 1, 2]) machine.hears({ cmd: 'pubrec', messageId });
    expect(said(machine).slice(3)).toEqual(['pubrel 3', 'pubrel 1', 'pubrel 2']);
  });

  test('CleanSession 1 ends the Session: identifiers and states are those of a new one [MQTT-3.1.2-6]', () => {
    const machine = online({ cleanSession: true });
    machine.publish(2);
    machine.hears({ cmd: 'pubrec', messageId: 1 });
    expect(said(again(machine, false))).toEqual(['publish 1 q2 dup x']);
  });
});

describe('a message that comes', () => {
  const subscribed = (): Machine => {
    const machine = online();
    machine.subscribe();
    return machine.hears({ cmd: 'suback', messageId: 1, granted: [2] });
  };

  test('is answered by its QoS: with nothing, PUBACK or PUBREC [MQTT-3.3.4-1]', () => {
    const machine = online();
    machine.hears(message('other', '0', 0));
    const taken = subscribed().hears(
      message('other', '0', 0),
      message('other', '1', 1, 7),
      message('other', '2', 2, 8),
    );
    expect([said(machine), said(taken).slice(1)]).toEqual([[], ['puback 7', 'pubrec 8']]);
  });

  test('at QoS 1 under an identifier that was acknowledged is a new one, whatever DUP says [MQTT-4.3.2-2]', () => {
    const machine = online();
    const subscription = machine.subscribe();
    machine.hears({ cmd: 'suback', messageId: 1, granted: [2] }, message('in', '1', 1, 7));
    machine.do(() => {
      subscription.take()!.ack();
      return [];
    });
    machine.hears({ ...message('in', '2', 1, 7), dup: true } as never);
    expect([String(subscription.take()?.payload), said(machine).slice(1)]).toEqual(['50', ['puback 7']]);
  });

  test('at QoS 2 is given once until PUBREL, and PUBCOMP follows; then the identifier is new [MQTT-4.3.3-2]', () => {
    const machine = online();
    const subscription = machine.subscribe();
    machine.hears({ cmd: 'suback', messageId: 1, granted: [2] }, message('in', '1', 2, 7));
    machine.do(() => {
      subscription.take()!.ack();
      return [];
    });
    machine.hears({ ...message('in', '1', 2, 7), dup: true } as never);
    expect([subscription.size, said(machine).slice(1)]).toEqual([0, ['pubrec 7', 'pubrec 7']]);
    machine.hears({ cmd: 'pubrel', messageId: 7 }, message('in', '2', 2, 7));
    expect([subscription.size, said(machine).slice(3)]).toEqual([1, ['pubcomp 7']]);
  });

  test('is acknowledged in the order of arrival, at QoS 1 and 2 [MQTT-4.6.0-2] [MQTT-4.6.0-3]', () => {
    const machine = online();
    const subscription = machine.subscribe();
    machine.hears({ cmd: 'suback', messageId: 1, granted: [2] });
    machine.hears(message('in', '1', 2, 5), message('in', '2', 1, 6), message('in', '3', 2, 7));
    const [one, two, three] = [subscription.take()!, subscription.take()!, subscription.take()!];
    for (const each of [three, two, one])
      machine.do(() => {
        each.ack();
        return [];
      });
    expect(said(machine).slice(1)).toEqual(['pubrec 5', 'puback 6', 'pubrec 7']);
  });

  test('for which there is no subscription is acknowledged and given to nobody [MQTT-3.3.2-3]', () => {
    const machine = online();
    const subscription = machine.subscribe();
    machine.hears({ cmd: 'suback', messageId: 1, granted: [2] }, message('out', 'x', 1, 7));
    expect([subscription.size, said(machine).slice(1)]).toEqual([0, ['puback 7']]);
  });
});

describe('subscriptions', () => {
  test('SUBSCRIBE waits for the SUBACK with its identifier; another one settles nothing [MQTT-3.8.4-1] [MQTT-3.8.4-2]', () => {
    const machine = online();
    let granted = false;
    machine.subscribe(100, { onGranted: () => (granted = true) });
    expect(said(machine)).toEqual(['subscribe 1']);
    machine.hears({ cmd: 'suback', messageId: 9, granted: [2] });
    expect([cause(machine), granted]).toEqual(['online', false]);
    machine.hears({ cmd: 'suback', messageId: 1, granted: [2] });
    expect(granted).toBe(true);
  });

  test('SUBACK has one return code for the one filter [MQTT-3.8.4-5] [MQTT-3.9.3-1]', () => {
    const machine = online();
    machine.subscribe();
    expect(cause(machine.hears({ cmd: 'suback', messageId: 1, granted: [1, 2] }))).toBe('protocol-violation');
  });

  test('a smaller QoS may be granted, and a message above it is a violation [MQTT-3.8.4-6]', () => {
    const machine = online({ cleanSession: true });
    machine.subscribe();
    machine.hears({ cmd: 'suback', messageId: 1, granted: [1] }, message('in', '1', 1, 7));
    expect(cause(machine)).toBe('online');
    expect(cause(machine.hears(message('in', '2', 2, 8)))).toBe('protocol-violation');
  });

  test('UNSUBSCRIBE waits for the UNSUBACK with its identifier [MQTT-3.10.4-4]', () => {
    const machine = online();
    const subscription = machine.subscribe();
    let gone = false;
    machine.hears({ cmd: 'suback', messageId: 1, granted: [2] }).do(() => {
      machine.client.unsubscribe(subscription, () => {
        gone = true;
      });
      return [];
    });
    expect([said(machine).at(-1), gone]).toEqual(['unsubscribe 2', false]);
    machine.hears('b0020002');
    expect(gone).toBe(true);
  });

  test('last as long as the Session: they are asked for again when it is new, and not when it is present [MQTT-4.1.0-2]', () => {
    const machine = online();
    machine.subscribe();
    machine.hears({ cmd: 'suback', messageId: 1, granted: [2] });
    expect(said(again(machine))).toEqual([]);
    expect(said(again(machine, false))).toEqual(['subscribe 2']);
  });
});
