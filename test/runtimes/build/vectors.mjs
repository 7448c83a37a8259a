import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { refusals, topics } from './by-hand.mjs';

/** PUBLISH of 256 MiB: no small engine holds it twice. The codec's own tests take it. */
const LARGEST = 4 * 1024 * 1024;

/**
 * The vectors of test/vectors in the codec's own words: `{ entries, refusals, topics, flipEvery }`, as plain data for the suite. A
 * `sample` is without the five packets of 2 MiB, and flips one bit in seven: of each place in a byte as many.
 */
export function vectorsForSuite({ sample = false } = {}) {
  const largest = sample ? 256 * 1024 : LARGEST;
  const { entries, generated, streams } = read('valid.json');
  return {
    entries: [
      ...entries.map(({ name, packet, ...bytes }) => accept(name, runsOf(bytes), packet)),
      ...generated
        .filter(({ totalLength }) => totalLength <= largest)
        .map(({ name, gen, sha256, packet }) => {
          const payload = [[gen.fillByte, gen.fillCount]];
          const runs = runsOf({ hexRuns: [[gen.headHex, 1], ...payload], sha256 });
          return { ...accept(name, runs, packet), packet: { ...packetOf(packet), payload: { $runs: payload } } };
        }),
      ...streams.map(({ name, parts, hex }) => ({
        name,
        expected: 'stream',
        runs: hex ? runsOf({ hex }) : parts.flatMap((part) => runsOfPart(entries, part)),
        count: parts.length,
      })),
      ...read('malformed.json').entries.map(({ name, hex, expected, level, also_ok, ref }) => ({
        name,
        expected,
        runs: [[hex, 1]],
        early: level === 'early' || undefined,
        orReject: also_ok === 'reject' || undefined,
        longLength: ref === 'U-2.2.3-min' || undefined,
      })),
    ],
    refusals: refusals(),
    topics: topics(),
    flipEvery: sample ? 7 : 1,
  };
}

function read(file) {
  return JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), 'utf8'));
}

function accept(name, runs, packet) {
  return { name, expected: 'accept', runs, packet: packetOf(packet) };
}

/** The sum is checked here, so that the engines need no SHA-256. */
function runsOf({ hex, hexRuns = [[hex, 1]], sha256 }) {
  if (sha256) {
    const bytes = Buffer.concat(
      hexRuns.map(([piece, times]) => Buffer.alloc((piece.length / 2) * times, piece, 'hex')),
    );
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new Error('a vector does not match its SHA-256');
  }
  return hexRuns;
}

/** A stream too long to be written out names its parts; PINGRESP is the one that has no entry. */
function runsOfPart(entries, part) {
  const entry = entries.find(({ name }) => name === part);
  if (!entry && part !== 'pingresp') throw new Error(`no vector called ${part}`);
  return entry ? runsOf(entry) : [['d000', 1]];
}

function binary(value) {
  return { $runs: typeof value === 'string' ? [[value, 1]] : [[value.$repeat, value.count]] };
}

function ack(type) {
  return ({ packetId }) => ({ type, packetId });
}

const TRANSLATE = {
  connect: ({ clientId, cleanSession, keepAlive, username, password, will }) => ({
    type: 1,
    clientId,
    cleanSession,
    keepAlive,
    userName: username,
    password: password === undefined ? undefined : binary(password),
    will: will && { topicName: will.topic, message: binary(will.payload), qos: will.qos, retain: will.retain },
  }),
  connack: ({ sessionPresent, returnCode }) => ({ type: 2, sessionPresent, returnCode }),
  publish: ({ topic, payload, qos, retain, dup, packetId }) => ({
    type: 3,
    topicName: topic,
    payload: binary(payload),
    qos,
    retain,
    dup,
    packetId,
  }),
  puback: ack(4),
  pubrec: ack(5),
  pubrel: ack(6),
  pubcomp: ack(7),
  subscribe: ({ packetId, filters }) => ({
    type: 8,
    packetId,
    subscriptions: filters.map(({ filter, qos }) => ({ topicFilter: filter, qos })),
  }),
  suback: ({ packetId, returnCodes }) => ({ type: 9, packetId, returnCodes }),
  unsubscribe: ({ packetId, filters }) => ({ type: 10, packetId, topicFilters: filters }),
  unsuback: ack(11),
};

function packetOf(packet) {
  return TRANSLATE[packet.type](packet);
}
