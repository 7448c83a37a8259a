/** What an encoder must not write. Engines differ in strings and numbers more than in anything else, hence these. */
export function refusals() {
  const payload = { $runs: [] };
  const publish = { type: 3, topicName: 'a', payload };
  const connect = { type: 1, clientId: 'c' };
  return [
    ['a lone high surrogate', 'bad-string', { ...publish, topicName: 'a\ud800' }],
    ['a lone low surrogate', 'bad-string', { ...publish, topicName: '\udc00a' }],
    ['U+0000', 'bad-string', { ...publish, topicName: 'a\u0000' }],
    ['a string of 65,536 bytes', 'bad-string', { ...connect, clientId: { $repeat: 'x', count: 65536 } }],
    [
      'a string of 65,536 bytes in 32,768 characters',
      'bad-string',
      { ...connect, clientId: { $repeat: '\u00e9', count: 32768 } },
    ],
    ['a wildcard in a Topic Name', 'bad-topic', { ...publish, topicName: 'a/+' }],
    ['an empty Topic Name', 'bad-topic', { ...publish, topicName: '' }],
    ['QoS 3', 'bad-qos', { ...publish, qos: 3, packetId: 1 }],
    ['QoS 1 without a Packet Identifier', 'bad-packet-id', { ...publish, qos: 1 }],
    ['Packet Identifier 0', 'bad-packet-id', { type: 4, packetId: 0 }],
    ['Packet Identifier 65,536', 'bad-packet-id', { type: 4, packetId: 65536 }],
    ['Packet Identifier 1.5', 'bad-packet-id', { type: 4, packetId: 1.5 }],
    ['Keep Alive 65,536', 'bad-keep-alive', { ...connect, keepAlive: 65536 }],
    ['an empty SUBSCRIBE', 'empty-payload', { type: 8, packetId: 1, subscriptions: [] }],
  ].map(([name, code, packet]) => ({ name, code, packet }));
}

/** [4.7], with the examples of its sections 4.7.1 and 4.7.2. */
export function topics() {
  return [
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/#', 'sports', false],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/broker', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/broker', true],
    ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
    ['ACCOUNTS', 'Accounts', false],
    ['caf\u00e9/\ud83d\ude00', 'caf\u00e9/\ud83d\ude00', true],
  ].map(([filter, name, matches]) => ({ filter, name, matches }));
}
