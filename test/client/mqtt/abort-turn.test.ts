import { connect } from '@mote/client';
import { expect, test } from 'vitest';
import { LoopbackServer } from './server.ts';

test('an abort in the turn of the call does not hold back what is written; one before the call sends nothing', async () => {
  await using server = await LoopbackServer.listen();
  const client = await connect({ host: '127.0.0.1', port: server.port, transport: 'tcp', clientId: 'c' });
  for (const when of ['before', 'after'] as const) {
    const control = new AbortController();
    const reason = new Error('enough');
    if (when === 'before') control.abort(reason);
    const outcomes = [0, 1, 2].map((qos) =>
      client
        .publish(when, `${qos}`, { qos: qos as 0 | 1 | 2, signal: control.signal })
        .catch((error: unknown) => error),
    );
    const stream = client.subscribe(`${when}/s`, { signal: control.signal });
    const granted = stream.granted.catch((error: unknown) => error);
    control.abort(reason);
    // With QoS 0 it is done when it is written.
    const ofQos0 = when === 'before' ? reason : undefined;
    expect(await Promise.all([...outcomes, granted])).toEqual([ofQos0, reason, reason, reason]);
  }
  await client.close();
  const packets = server.received.map((packet) =>
    packet.cmd === 'publish' ? `${packet.topic} ${packet.payload}` : packet.cmd,
  );
  expect(packets.slice(0, 6)).toEqual(['connect', 'after 0', 'after 1', 'after 2', 'subscribe', 'unsubscribe']);
});
