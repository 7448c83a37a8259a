import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { provisionByHand } from '../../packages/client/examples/own-sockets.ts';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';

const loopback = new Loopback();
const device = {
  idScope: '0ne00ABCDEF',
  registrationId: 'device',
  key: Buffer.alloc(32).toString('base64'),
  host: 'localhost',
};

test('the example provisions with sockets of its own, after a lost link too, in 60 lines', async () => {
  const server = await loopback.server({ step: 'register', times: 1, misbehave: (peer) => peer.reset() });
  const assignment = await provisionByHand({ ...device, port: server.port, ca: loopback.authority.ca });
  expect(assignment.assignedHub).toBe('hub.test');
  expect(server.faults).toEqual([]);
  expect(server.peers).toHaveLength(2);
  const source = readFileSync(new URL('../../packages/client/examples/own-sockets.ts', import.meta.url), 'utf8');
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

test('the example reports what the Registration reports', async () => {
  const server = await loopback.server({ answer: () => ({ status: 404, body: ASSIGNED }) });
  expect(await refusal(provisionByHand({ ...device, port: server.port, ca: loopback.authority.ca }))).toMatchObject({
    code: 'not-found',
  });
});
