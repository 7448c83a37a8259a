// Runs one row of allocation.test.ts: `node --trace-gc --expose-gc allocation-rows.mjs ROW`. What it does between its two lines is to allocate nothing.
import {
  encodePingreqInto,
  encodePubackInto,
  encodePublish,
  encodePublishInto,
  encodePubrelInto,
  Framer,
  PublishView,
  preparePublish,
} from '../../../packages/codec/dist/index.js';

const target = new Uint8Array(65_536);
const payload = new Uint8Array(64);
const topicName = 'devices/dev-001/messages/events/';
const fields = { topicName, payload, qos: 1, packetId: 7 };
const foreign = { topicName: 'gebäude/küche/größe/höhe', payload };
const ack = { packetId: 0x1234 };
const prepared = preparePublish({ topicName, qos: 1 });
const framer = new Framer();
const view = new PublishView();
const topics = ['devices/dev-001/messages', 'geräte/küche/größe', 'devices/dev-002/messages'];
const chunk = Buffer.concat(
  Array.from({ length: 600 }, (_, i) => encodePublish({ topicName: topics[i % 3], payload })),
);

/** What each row does, 600 packets at a time. */
const ROWS = {
  'prepared encodeInto': () => {
    for (let i = 0; i < 600; i++) prepared.encodeInto(payload, 1 + i, target, i);
  },
  encodePublishInto: () => {
    for (let i = 0; i < 600; i++) encodePublishInto(fields, target, i);
  },
  'encodePublishInto, not ASCII': () => {
    for (let i = 0; i < 600; i++) encodePublishInto(foreign, target, i);
  },
  encodePubackInto: () => {
    for (let i = 0; i < 600; i++) encodePubackInto(ack, target, i);
  },
  'encodePubrelInto and encodePingreqInto': () => {
    for (let i = 0; i < 600; i++) encodePingreqInto(undefined, target, encodePubrelInto(ack, target, i));
  },
  'PublishView on known topics': () => {
    framer.push(chunk);
    for (let frame = framer.next(); frame; frame = framer.next()) view.read(frame);
  },
  // Shows that the measure sees what is there: 8 bytes and more for each packet.
  'an object for each packet': () => {
    for (let i = 0; i < 600; i++) kept[i & 7] = { i };
  },
};
const kept = [];

const run = ROWS[process.argv[2]];
for (let i = 0; i < 800; i++) run();
await new Promise((resolve) => setImmediate(resolve)); // code that was compiled beside it is taken over
for (let i = 0; i < 300; i++) run();
globalThis.gc(); // what came before, a compiler of its own thread included, does not fill the nursery
console.log('begin');
for (let i = 0; i < 1_000; i++) run();
console.log('end');
