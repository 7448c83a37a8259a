// The life of a device made of mqtt.js and the documented topics at its hub. See lives.mjs.
import { on, once } from 'node:events';
import mqtt from 'mqtt';
import { hubSasToken } from '../lane.mjs';

/** Resolves with what it saw. `onReady` is called when the service may ask, `untilExpired` resolves when the token has expired. */
export async function live({ url, ca, hub, deviceId, key, cert, certKey, onReady, untilExpired }) {
  const seen = { sessions: [], granted: [] };
  const password = key && hubSasToken(hub, deviceId, key);
  const username = `${hub}/${deviceId}/?api-version=2021-04-12`;
  const options = { protocolVersion: 4, clientId: deviceId, username, password, ca, cert, key: certKey, clean: false };
  const atHub = (reconnectPeriod) => {
    const client = mqtt.connect(url, { ...options, reconnectPeriod });
    client.on('packetreceive', ({ cmd, sessionPresent }) => {
      if (cmd === 'connack') seen.sessions.push(Number(sessionPresent));
    });
    return client;
  };
  const link = atHub(100);
  const messages = on(link, 'message');
  const next = async () => {
    const [topic, payload] = (await messages.next()).value;
    return [topic, payload.toString()];
  };
  await once(link, 'connect');
  for (const filter of [
    `devices/${deviceId}/messages/devicebound/#`,
    '$iothub/methods/POST/#',
    '$iothub/twin/res/#',
    '$iothub/twin/PATCH/properties/desired/#',
  ]) {
    const [{ qos }] = await link.subscribeAsync(filter, { qos: 1 });
    seen.granted.push(qos);
  }
  // The link breaks here, before the PUBACK.
  await link.publishAsync(`devices/${deviceId}/messages/events/%24.mid=first&room=a%20b%26c`, '{"t":21.5}', { qos: 1 });
  await link.publishAsync('$iothub/twin/GET/?$rid=1', ' ', { qos: 1 });
  seen.twin = await next();
  await link.publishAsync('$iothub/twin/PATCH/properties/reported/?$rid=2', '{"firmware":"1.2"}', { qos: 1 });
  seen.reported = await next();
  onReady();
  for (const name of ['message', 'desired', 'method']) seen[name] = await next();
  const requestId = seen.method[0].split('$rid=')[1];
  await link.publishAsync(`$iothub/methods/res/200/?$rid=${requestId}`, '{"done":true}', { qos: 1 });
  link.options.reconnectPeriod = 0;
  const closed = once(link, 'close');
  const second = atHub(0);
  await once(second, 'connect');
  seen.takenOver = await closed.then(() => true);
  link.end(true);
  const ended = once(second, 'close');
  await untilExpired();
  if (password) {
    seen.tokenEnded = await ended.then(() => true);
    const [error] = await once(atHub(0), 'error');
    seen.refused = error.code;
  }
  second.end(true);
  return seen;
}
