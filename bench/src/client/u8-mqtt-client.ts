import mqttClient from 'u8-mqtt/esm/node/v4.js';
import { filterFor, inWindow, PAYLOAD, TOPIC, type Work } from './work.ts';

// QoS 0 is missing: in 0.6.7 a PUBLISH without an identifier throws.
export async function run(port: number, { id, window = 1 }: Work, messages: number): Promise<void> {
  const client = mqttClient().with_tcp(port, '127.0.0.1');
  await client.connect({ client_id: `u8-mqtt-${id}` });
  if (id === 'handler' || id === 'iterator')
    await new Promise<void>((resolve) => {
      let left = messages;
      client.subscribe_topic(filterFor(messages), ({ payload }) => {
        if (payload.length === PAYLOAD.length && --left === 0) resolve();
      });
    });
  else await inWindow(messages, window, () => client.pub({ topic: TOPIC, payload: PAYLOAD, qos: 1 }));
  await client.disconnect();
}
