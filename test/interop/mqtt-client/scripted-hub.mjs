// A device at a hub that is a broker of others and a script of fixed answers, said by MQTT.js: so that device and emulator are not each
// other's only judge. Topics and bodies are as the service documents them.

import { connectHub, symmetricKey, tcpTransport } from '@mote/client';
import { connectAsync } from 'mqtt';

const DEVICE = 'sensor-17';

export const EXPECTED_LIFE = {
  seen: {
    states: ['online'],
    first: { version: 3, patch: { interval: 5 }, complete: true },
    version: 2,
    second: { version: 4, patch: { interval: 9 }, complete: false },
    message: { text: 'hello', id: 'x 1', level: 'info' },
  },
  heard: [
    '$iothub/methods/res/200/?$rid=R {"was":{"delay":1}}',
    '$iothub/methods/res/404/?$rid=R ',
    '$iothub/twin/GET/?$rid=R ',
    '$iothub/twin/PATCH/properties/reported/?$rid=R {"firmware":"1.2"}',
    `devices/${DEVICE}/messages/events/%24.mid=m1&%24.ct=application%2Fjson&%24.ce=utf-8&room=a%20b%26c {"t":21.5}`,
  ],
};

/** What the device has seen, and what the script has heard of it. */
export async function deviceAtScript({ port }) {
  const heard = [];
  const hub = await connectAsync({ host: '127.0.0.1', port, clientId: 'the script' });
  const say = (topic, body = '') => hub.publishAsync(topic, body, { qos: 1 });
  hub.on('message', (topic, payload) => {
    heard.push(`${topic.replace(/\$rid=[^&]+/, '$rid=R')} ${payload}`);
    const [, rid] = /\$rid=([^&]+)/.exec(topic) ?? [];
    if (topic.startsWith('$iothub/twin/GET/'))
      say(`$iothub/twin/res/200/?$rid=${rid}`, '{"desired":{"interval":5,"$version":3},"reported":{"$version":1}}');
    if (topic.startsWith('$iothub/twin/PATCH/properties/reported/'))
      say(`$iothub/twin/res/204/?$rid=${rid}&$version=2`);
  });
  await hub.subscribeAsync(
    ['$iothub/twin/GET/#', '$iothub/twin/PATCH/properties/reported/#', '$iothub/methods/res/#', `devices/${DEVICE}/#`],
    { qos: 1 },
  );

  const device = await connectHub({
    hostName: 'hub-1.example.net',
    deviceId: DEVICE,
    attestation: symmetricKey(Buffer.alloc(32, 7).toString('base64')),
    endpoint: `127.0.0.1:${port}`,
    transport: tcpTransport,
  });
  const seen = { states: [device.state.type] };
  device.onMethod('reboot', ({ payload }) => ({ status: 200, payload: { was: payload } }));
  const desired = device.twin.desired();
  seen.first = (await desired.next()).value;
  seen.version = await device.twin.report({ firmware: '1.2' });
  await device.send({ t: 21.5 }, { properties: { room: 'a b&c' }, messageId: 'm1' });
  const messages = device.messages();
  const message = messages.next();
  await say('$iothub/twin/PATCH/properties/desired/?$version=4', '{"interval":9,"$version":4}');
  seen.second = (await desired.next()).value;
  await say('$iothub/methods/POST/reboot/?$rid=1', '{"delay":1}');
  await say('$iothub/methods/POST/unknown/?$rid=2', 'null');
  // The subscription may come behind the first try: the hub would keep the message, the script says it again.
  const again = setInterval(() => {
    say(
      `devices/${DEVICE}/messages/devicebound/%24.mid=x%201&%24.to=%2Fdevices%2F${DEVICE}%2Fmessages%2FdeviceBound&level=info`,
      'hello',
    );
  }, 100);
  const { value } = await message;
  clearInterval(again);
  seen.message = { text: new TextDecoder().decode(value.body), id: value.messageId, level: value.properties.level };
  const answered = () => heard.filter((line) => line.startsWith('$iothub/methods/res/')).length >= 2;
  while (!answered()) await new Promise((resolve) => setTimeout(resolve, 20));
  await device.close();
  await hub.endAsync();
  return { seen, heard: [...new Set(heard.filter((line) => !line.includes('devicebound')))].sort() };
}
