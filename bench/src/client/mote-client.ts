import { connect, tcpTransport } from '@mote/client/lean';
import { filterFor, inWindow, PAYLOAD, TOPIC, type Work } from './work.ts';

export async function run(port: number, { id, window = 16 }: Work, messages: number): Promise<void> {
  await using client = await connect({
    host: '127.0.0.1',
    port,
    transport: tcpTransport,
    clientId: `mote-${id}`,
    window,
  });
  if (id === 'post') {
    for (let sent = 0; sent < messages; ) {
      if (client.post(TOPIC, PAYLOAD)) sent++;
      else await client.ready;
    }
  } else if (id === 'handler') {
    await new Promise<void>((resolve) => {
      let left = messages;
      client.subscribe(filterFor(messages), () => --left || resolve(), { qos: 0 });
    });
  } else if (id === 'iterator') {
    let left = messages;
    for await (const { payload } of client.subscribe(filterFor(messages), { qos: 0, highWater: 10_000 }))
      if (payload.length !== PAYLOAD.length || --left === 0) break;
  } else await inWindow(messages, window, () => client.publish(TOPIC, PAYLOAD, { qos: 1 }));
}
