import { readdirSync, readFileSync } from 'node:fs';
import { PUBLISH } from '@mote/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEY, MemoryService } from './memory-service.ts';
import { sasToken } from './sas.ts';

// Invariant: whatever a device sends, the core throws nothing, what it answers decodes, and another device is served.

const RUNS = Number(process.env['MOTE_FUZZ_RUNS'] ?? 600);
const folder = new URL('../vectors/transcripts/', import.meta.url);
const conversations = readdirSync(folder).map((file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  return [...text.matchAll(/C>S mqtt .*\n\s+hex ([0-9a-f]+)/g)].map(([, hex]) => Buffer.from(hex!, 'hex'));
});

const registrationId = 'sensor-17';
const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId, key: KEY }));

function online(memory: MemoryService) {
  return memory.dial().connect(registrationId, { password }).subscribe();
}

test(`${RUNS} conversations of official SDKs, damaged: nothing is thrown, everyone else is served`, () => {
  const damage = fc.record({
    conversation: fc.constantFrom(...conversations),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'insert', 'delete', 'truncate')), {
      maxLength: 4,
    }),
    cuts: fc.array(fc.nat(400), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(damage, ({ conversation, edits, cuts }) => {
      const memory = new MemoryService({ idScope: '0ne00ACCE57', individualEnrollments: [], scenario: { rules: [] } });
      let bytes = Buffer.concat(conversation);
      for (const [position, value, edit] of edits)
        bytes = Buffer.from(edited(bytes, position % (bytes.length + 1), value, edit));
      const device = memory.dial();
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        device.send(bytes.subarray(at, at + cut));
        at += cut;
      }
      device.pass(2_000_000);
      expect(device.closed).toBeDefined();
    }),
    { numRuns: RUNS },
  );
});

test('any body, $rid and operationId of an accepted device is answered or closes its connection', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constant('%'),
    fc.constant('%ff'),
  );
  const topicName = fc.tuple(
    fc.constantFrom('PUT/iotdps-register/?$rid=', 'GET/iotdps-get-operationstatus/?operationId=x&$rid='),
    text,
  );
  fc.assert(
    fc.property(topicName, fc.oneof(fc.json(), fc.string(), fc.constant('')), ([topic, rid], body) => {
      const name = `$dps/registrations/${topic}${rid.replace(/[+#\0]|\p{Cs}/gu, '')}`;
      const device = online(new MemoryService()).publish(name, body);
      const answered = device.received.some(({ type }) => type === PUBLISH);
      expect(answered || device.closed !== undefined).toBe(true);
    }),
    { numRuns: RUNS / 3 },
  );
});

test('a $rid whose echo would not fit in a topic closes the connection', () => {
  const device = online(new MemoryService()).publish(
    `$dps/registrations/PUT/iotdps-register/?$rid=${'r'.repeat(65_480)}`,
  );
  expect(device.closed).toBe('end');
});

test('JSON as deep as a packet can be is answered: refused, as JSON that nests deeper than any that can be kept', () => {
  const depth = 45_000;
  const body = `{"payload":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)},"x":${'['.repeat(depth / 2)}${']'.repeat(depth / 2)}}`;
  expect(online(new MemoryService()).register(body).lastAnswer?.body['errorCode']).toBe(400012);
});

function edited(bytes: Buffer, position: number, value: number, edit: string): Buffer {
  const [before, behind] = [bytes.subarray(0, position), bytes.subarray(position)];
  if (edit === 'truncate') return before;
  if (edit === 'insert') return Buffer.concat([before, Buffer.of(value), behind]);
  return Buffer.concat([before, ...(edit === 'set' ? [Buffer.of(value)] : []), behind.subarray(1)]);
}
