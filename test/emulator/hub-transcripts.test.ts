import { readdirSync, readFileSync } from 'node:fs';
import { CONNACK, CONNECT, decode, encodePacket, type Packet, PUBLISH, SUBACK, SUBSCRIBE } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { selfSigned } from './certificate-view.ts';
import { MemoryHub, published } from './hub-memory.ts';
import type { MemoryDevice } from './memory-service.ts';

// What the Node, Python and C SDKs of Microsoft put on the wire at a hub, recorded against a stub: replayed packet by packet,
// and in the chunks of the transport. Only the $rid of a method's answer is ours, since the call is.

const folder = new URL('../vectors/hub-transcripts/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const HUB = 'hub-accept.azure-devices.net';
// Made up, and written in the README beside the transcripts.
const primaryKey = '/2IJZQNROTk7bA/GWEHOb/jnkZSuj/2LGh3Dh4mLVtg=';

interface Step {
  readonly connection: number;
  readonly from: 'device' | 'service';
  readonly packet: Packet;
  readonly bytes: Buffer;
}

function stepsOf(file: string): Step[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const [, connection, direction] = /#(\d+) (C>S|S>C) mqtt /.exec(line) ?? [];
    const hex = /^\s+hex ([0-9a-f]+)/.exec(lines[index + 1] ?? '')?.[1];
    if (direction === undefined || hex === undefined) return [];
    const bytes = Buffer.from(hex, 'hex');
    // After a refusal the C SDK begins again with MQTT 3.1.
    return [
      {
        connection: Number(connection),
        from: direction === 'C>S' ? 'device' : 'service',
        packet: decode(bytes),
        bytes,
      },
    ];
  });
}

const certificate = selfSigned('dev-x509');

class Replay {
  readonly hub = new MemoryHub({
    iotHubs: [HUB],
    idScope: '0ne00ACCE57',
    pollsBeforeAssigned: 2,
    enrollmentGroups: [],
    individualEnrollments: [
      { registrationId: 'dev-sas', attestation: { type: 'symmetricKey', symmetricKey: { primaryKey } } },
      {
        registrationId: 'dev-x509',
        attestation: {
          type: 'x509',
          x509: { clientCertificates: { primary: { info: { sha256Thumbprint: certificate.sha256Thumbprint } } } },
        },
      },
    ],
  });
  readonly devices = new Map<number, MemoryDevice>();
  #methodId: string | undefined;
  readonly methodOutcomes: unknown[] = [];

  constructor(file: string, cut: (bytes: Buffer) => Buffer[]) {
    const isX509 = file.includes('x509');
    const id = isX509 ? 'dev-x509' : 'dev-sas';
    const keys = isX509 ? [] : [Buffer.from(primaryKey, 'base64')];
    const thumbprints = isX509 ? [certificate.sha256Thumbprint] : [];
    this.hub.service.hub.put(id, HUB, { keys, thumbprints, anchors: undefined });
    for (const step of stepsOf(file)) {
      if (step.from === 'service') this.#serve(id, step.packet);
      else this.#send(step, isX509, cut);
    }
  }

  #serve(id: string, packet: Packet): void {
    const method =
      packet.type === PUBLISH ? /^\$iothub\/methods\/POST\/([^/]+)\//.exec(packet.topicName)?.[1] : undefined;
    if (method === undefined || packet.type !== PUBLISH) return;
    const payload: unknown = JSON.parse(Buffer.from(packet.payload).toString() || 'null');
    this.#methodId = this.hub.service.hub.invoke(id, decodeURIComponent(method), payload, (outcome) =>
      this.methodOutcomes.push(outcome),
    );
  }

  #send({ connection, packet, bytes }: Step, isX509: boolean, cut: (bytes: Buffer) => Buffer[]): void {
    const device = this.devices.get(connection) ?? this.hub.dial({ chain: isX509 ? [certificate] : [] });
    this.devices.set(connection, device);
    const isAnswer = packet.type === PUBLISH && packet.topicName.startsWith('$iothub/methods/res/');
    const sent = isAnswer
      ? encodePacket({ ...packet, topicName: packet.topicName.replace(/\$rid=.*/, `$rid=${this.#methodId}`) })
      : bytes;
    for (const chunk of cut(Buffer.from(sent))) device.send(chunk);
  }
}

describe.each(files)('%s', (file) => {
  test.each([
    ['as whole packets', (bytes: Buffer) => [bytes]],
    ['byte by byte', (bytes: Buffer) => [...bytes].map((byte) => Buffer.of(byte))],
  ])('is served as the SDK expects: %s', (_how, cut) => {
    const steps = stepsOf(file);
    const { hub, devices, methodOutcomes } = new Replay(file, cut);
    const sent = steps.filter(({ from }) => from === 'device').map(({ packet }) => packet);
    const count = (test: (packet: Packet) => boolean) => sent.filter(test).length;
    const publishes = (topic: RegExp) => count((packet) => packet.type === PUBLISH && topic.test(packet.topicName));
    const received = [...devices.values()].flatMap((device) => device.received);

    expect(received.filter(({ type }) => type === CONNACK)).toHaveLength(count(({ type }) => type === CONNECT));
    expect(received.filter((packet) => packet.type === CONNACK && packet.returnCode !== 0)).toEqual([]);
    expect(received.filter(({ type }) => type === SUBACK)).toHaveLength(count(({ type }) => type === SUBSCRIBE));
    expect(received.filter((packet) => packet.type === SUBACK && packet.returnCodes.includes(0x80))).toEqual([]);
    expect(hub.telemetry).toHaveLength(publishes(/\/messages\/events\//));
    // The PUBACKs of a recording name the identifiers of its own hub: what we have not had acknowledged comes again with DUP.
    const answers = [...devices.values()].flatMap(published).filter(({ dup }) => !dup);
    expect(answers.filter(({ topicName }) => /twin\/res\/20[04]\//.test(topicName))).toHaveLength(
      publishes(/^\$iothub\/twin\//),
    );
    expect(methodOutcomes.map((outcome) => Object.keys(outcome as object))).toEqual(
      Array.from({ length: publishes(/^\$iothub\/methods\/res\//) }, () => ['status', 'payload']),
    );
    const ended = hub
      .eventsOf('closed')
      .filter(({ by, reason }) => by === 'service' && !reason.startsWith('taken over'));
    expect(ended).toEqual([]);
  });
});

describe('of every family', () => {
  const families = ['node', 'python', 'c'];
  const whole = (bytes: Buffer) => [bytes];

  test.each(families)('%s: there are transcripts', (family) => {
    expect(files.filter((file) => file.startsWith(`hub.${family}-sdk.`)).length).toBeGreaterThan(4);
  });

  test.each(files)('%s: Session Present is told as the hub of the recording told it', (file) => {
    const connacks = (packets: readonly Packet[]) =>
      packets.flatMap((packet) => (packet.type === CONNACK ? [packet.sessionPresent] : []));
    const recorded = stepsOf(file).flatMap(({ from, packet }) => (from === 'service' ? [packet] : []));
    const { devices } = new Replay(file, whole);
    expect(connacks([...devices.values()].flatMap(({ received }) => received))).toEqual(connacks(recorded));
  });

  test.each(files.filter((file) => file.includes('.life.')))(
    '%s: properties are read as the program set them',
    (file) => {
      const [odd, system, none] = new Replay(file, whole).hub.telemetry;
      expect(odd!.properties).toEqual({
        alert: 'yes',
        'sp ace': 'a b',
        sum: '1+1=2&more',
        'ümlaut/?#': 'grün',
        empty: '',
      });
      expect(system).toMatchObject({
        properties: { level: '2' },
        systemProperties: {
          correlationId: 'c 1',
          userId: 'u',
          contentType: 'application/json',
          contentEncoding: 'utf-8',
        },
      });
      expect(system!.systemProperties.expiryTime).toMatch(/^2030-01-01T00:00:00(\.000)?Z$/);
      expect(none!.properties).toEqual({});
    },
  );
});
