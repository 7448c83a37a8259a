import { createSasToken } from '@mote/client';
import { expect, test } from 'vitest';
import { Machine, OPERATION } from './machine.ts';

// Bytes that were computed elsewhere, from the service's documentation and traces of Microsoft's SDKs.
const CONNECT_SAS =
  '109d0200044d51545404c2001e0011636f6e746f736f2d73696d646576696365005e306e6530303131313131312f726567697374726174696f6e732f636f6e746f736f2d73696d6465766963652f6170692d76657273696f6e3d323031392d30332d333126436c69656e7456657273696f6e3d6578616d706c65253246312e30009e5368617265644163636573735369676e61747572652073723d306e653030313131313131253246726567697374726174696f6e73253246636f6e746f736f2d73696d646576696365267369673d6d312532467a767a3054683369635a624368554f4c482532466641466e494b4c6d49554f36315865783431437877552533442673653d3136363339353236323726736b6e3d726567697374726174696f6e';
const CONNECT_X509 =
  '107d00044d5154540482001e0011636f6e746f736f2d73696d646576696365005e306e6530303131313131312f726567697374726174696f6e732f636f6e746f736f2d73696d6465766963652f6170692d76657273696f6e3d323031392d30332d333126436c69656e7456657273696f6e3d6578616d706c65253246312e30';
const SUBSCRIBE = '821d00010018246470732f726567697374726174696f6e732f7265732f2301';
const REGISTER =
  '3258002e246470732f726567697374726174696f6e732f5055542f696f746470732d72656769737465722f3f247269643d3100027b22726567697374726174696f6e4964223a22636f6e746f736f2d73696d646576696365227d';
const REPLY_202 =
  '3292010030246470732f726567697374726174696f6e732f7265732f3230322f3f247269643d312672657472792d61667465723d3300017b226f7065726174696f6e4964223a22352e303030303030303030303030303030302e30303030303030302d303030302d343030302d383030302d303030303030303030303030222c22737461747573223a2261737369676e696e67227d';
const POLL =
  '328101007d246470732f726567697374726174696f6e732f4745542f696f746470732d6765742d6f7065726174696f6e7374617475732f3f247269643d32266f7065726174696f6e49643d352e303030303030303030303030303030302e30303030303030302d303030302d343030302d383030302d3030303030303030303030300003';

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

test('a registration by key puts the documented bytes on the wire, in the documented order', () => {
  const password = createSasToken({
    idScope: '0ne00111111',
    registrationId: 'contoso-simdevice',
    key: 'prIvMivIPDAqwBH6aCT4P8raQxEulx32+eNjQpp5/bM=',
    expiry: 1663952627,
  });
  const machine = new Machine({ clientVersion: 'example/1.0', keepAlive: 30 }).start().connected(password);
  expect(machine.sent).toEqual([CONNECT_SAS]);
  machine.receive(bytes('20020000'));
  expect(machine.sent[1]).toBe(SUBSCRIBE);
  machine.receive(bytes('9003000101'));
  expect(machine.sent[2]).toBe(REGISTER);
  machine.receive(bytes('40020002'));
  machine.receive(bytes(REPLY_202));
  expect(machine.sent[3]).toBe('40020001');
  expect(machine.progress('assigning')).toMatchObject([{ retryAfter: 3, operationId: OPERATION }]);
  machine.advance(3250);
  expect(machine.sent[4]).toBe(POLL);
});

test('a registration by certificate sends no password', () => {
  const machine = new Machine({ clientVersion: 'example/1.0', keepAlive: 30 }).start().connected();
  expect(machine.sent).toEqual([CONNECT_X509]);
});

test('the last acknowledgement and DISCONNECT leave in one write', () => {
  const machine = new Machine().asking();
  const assigned = `{"status":"assigned","registrationState":{"assignedHub":"h","deviceId":"d"}}`;
  const topic = '$dps/registrations/res/200/?$rid=1';
  const body = Buffer.concat([
    Buffer.from([0, topic.length]),
    Buffer.from(topic),
    Buffer.from([0, 9]),
    Buffer.from(assigned),
  ]);
  machine.receive(Buffer.concat([Buffer.from([0x32, body.length]), body]));
  expect(machine.sent.at(-1)).toBe('40020009e000');
  expect(machine.outcome).toMatchObject({
    type: 'assigned',
    assignment: { assignedHub: 'h', deviceId: 'd', registrationId: 'contoso-simdevice' },
  });
});
