import { connectAsync, type MqttClient } from 'mqtt';
import { filterFor, PAYLOAD, TOPIC, type Work } from './work.ts';

const payload = Buffer.from(PAYLOAD);

export async function run(port: number, { id, window = 1 }: Work, messages: number): Promise<void> {
  const client = await connectAsync({ host: '127.0.0.1', port, clientId: `mqtt-js-${id}`, reconnectPeriod: 0 });
  if (id === 'post') await post(client, messages);
  else if (id === 'handler' || id === 'iterator') await receive(client, messages);
  else await publish(client, messages, window);
  await client.endAsync(true);
}

/** Sends at QoS 0 without callbacks, but waits for each thousandth message: otherwise MQTT.js keeps all of them in memory. */
async function post(client: MqttClient, messages: number): Promise<void> {
  for (let sent = 0; sent < messages; ) {
    for (const until = Math.min(sent + 1000, messages) - 1; sent < until; sent++) client.publish(TOPIC, payload);
    sent++;
    await client.publishAsync(TOPIC, payload);
  }
}

function receive(client: MqttClient, messages: number): Promise<void> {
  return new Promise((resolve) => {
    let left = messages;
    client.on('message', (_topic, { length }) => {
      if (length === payload.length && --left === 0) resolve();
    });
    client.subscribe(filterFor(messages), { qos: 0 });
  });
}

/** Publishes at QoS 1 with callbacks, which are faster than promises in MQTT.js. */
function publish(client: MqttClient, messages: number, window: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let unsent = messages;
    let unsettled = messages;
    const one = (): void => {
      if (unsent-- <= 0) return;
      client.publish(TOPIC, payload, { qos: 1 }, (error) => {
        if (error) reject(error);
        else if (--unsettled === 0) resolve();
        else one();
      });
    };
    for (let n = 0; n < window; n++) one();
  });
}
