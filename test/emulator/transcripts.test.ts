import { readdirSync, readFileSync } from 'node:fs';
import { CONNECT, decode, type Packet, PINGREQ, PUBLISH } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { selfSigned } from './certificate-view.ts';
import { MemoryService } from './memory-service.ts';

// What the Node, Python and C SDKs of Microsoft put on the wire in a good run against another emulator. Their keys are not
// known, so HMAC is handed in as an oracle: it answers with the signature that the SDK sent, for the text it must have signed.

const folder = new URL('../vectors/transcripts/', import.meta.url);
const OPERATION_ID = /5\.8a1c0ffee1234567\.7e6b6f0a-2d3c-4f1e-9b7a-0123456789ab/;

interface Step {
  readonly from: 'device' | 'service';
  readonly bytes: Buffer;
}

function stepsOf(file: string): Step[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const direction = /#\d+ (C>S|S>C) mqtt /.exec(line)?.[1];
    const hex = /^\s+hex ([0-9a-f]+)/.exec(lines[index + 1] ?? '')?.[1];
    if (direction === undefined || hex === undefined) return [];
    return [{ from: direction === 'C>S' ? 'device' : 'service', bytes: Buffer.from(hex, 'hex') }];
  });
}

/** The chunks that the device's TLS or WebSocket delivered: for the Node SDK over WebSocket one for each field. */
function chunksOf(file: string): Buffer[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    /#\d+ C>S raw/.test(line) ? [Buffer.from(lines[index + 1]!.trim().slice(4), 'hex')] : [],
  );
}

describe.each(readdirSync(folder))('%s', (file) => {
  const registrationId = file.includes('x509') ? 'dev-x509' : 'dev-sas';

  function replay(cut: (bytes: Buffer) => Buffer[]): { service: Packet[]; expected: Packet[] } {
    const memory = serviceFor(file, registrationId);
    const device = memory.dial({ chain: file.includes('x509') ? [selfSigned(registrationId)] : [] });
    let operationId = '';
    const expected: Packet[] = [];
    for (const { from, bytes } of stepsOf(file)) {
      if (from === 'service') expected.push(decode(bytes));
      else for (const chunk of cut(withOperation(bytes, operationId))) device.send(chunk);
      operationId = String(device.lastAnswer?.body['operationId'] ?? '');
    }
    expect(device.closed).toBe('end');
    expect(memory.eventsOf('assigned')).toMatchObject([{ registrationId }]);
    return { service: device.received, expected };
  }

  test.each([
    ['as whole packets', (bytes: Buffer) => [bytes]],
    ['byte by byte', (bytes: Buffer) => [...bytes].map((byte) => Buffer.of(byte))],
  ])('the device ends assigned, and reads what it read from the other emulator: %s', (_name, cut) => {
    const { service, expected } = replay(cut);
    const wanted = expected.filter(({ type }) => type !== PINGREQ);
    expect(service.map(outline)).toEqual(wanted.map(outline).map(atOurQos(stepsOf(file))));
    const last = (packets: Packet[]) => bodyOf(packets.filter(({ type }) => type === PUBLISH).at(-1)!);
    expect(Object.keys(last(service)).sort()).toEqual(Object.keys(last(expected)).sort());
    const states = [last(service), last(expected)].map((body) => Object.keys(body['registrationState'] as object));
    expect(states[0]).toEqual(expect.arrayContaining(states[1]!));
  });

  test('the chunks of the transport carry the same packets', () => {
    const chunks = Buffer.concat(chunksOf(file)).toString('hex');
    const packets = Buffer.concat(
      stepsOf(file)
        .filter(({ from }) => from === 'device')
        .map(({ bytes }) => bytes),
    ).toString('hex');
    expect(chunks).toBe(packets);
  });
});

function serviceFor(file: string, registrationId: string): MemoryService {
  const connect = stepsOf(file)
    .map(({ bytes }) => decode(bytes))
    .find((packet) => packet.type === CONNECT);
  const token = connect?.type === CONNECT ? Buffer.from(connect.password ?? '').toString() : '';
  const field = (name: string) => new RegExp(`${name}=([^&]*)`).exec(token)?.[1] ?? '';
  const attestation = file.includes('x509') ? x509For(registrationId) : ({ type: 'symmetricKey' } as const);
  const options = {
    idScope: '0ne00ACCE57',
    individualEnrollments: [{ registrationId, attestation }],
    enrollmentGroups: [],
  };
  const signed = `${field('sr')}\n${field('se')}`;
  return new MemoryService(
    { ...options, retryAfterSeconds: 1, pollsBeforeAssigned: 2 },
    {
      hmac: (_key, text) =>
        text === signed ? Buffer.from(decodeURIComponent(field('sig')), 'base64') : new Uint8Array(32),
    },
  );
}

function x509For(registrationId: string) {
  const info = { sha256Thumbprint: selfSigned(registrationId).sha256Thumbprint };
  return { type: 'x509', x509: { clientCertificates: { primary: { info } } } } as const;
}

/** Ours has as many bytes as theirs, so the packet stays as it was cut. */
function withOperation(bytes: Buffer, operationId: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(OPERATION_ID, operationId), 'latin1');
}

const bodyOf = (packet: Packet): Record<string, unknown> =>
  packet.type === PUBLISH ? JSON.parse(Buffer.from(packet.payload).toString()) : {};

function outline(packet: Packet): Record<string, unknown> {
  if (packet.type !== PUBLISH) return { ...packet };
  return { type: packet.type, topicName: packet.topicName, qos: packet.qos, status: bodyOf(packet)['status'] };
}

/** The recording emulator answered at QoS 1 throughout; ours answers a poll at QoS 0, which the C SDK sends, at QoS 0. */
function atOurQos(steps: Step[]): (packet: Record<string, unknown>) => Record<string, unknown> {
  const requests = steps
    .filter(({ from }) => from === 'device')
    .map(({ bytes }) => decode(bytes))
    .filter(({ type }) => type === PUBLISH);
  return (packet) => {
    if (packet['type'] !== PUBLISH) return packet;
    const request = requests.shift();
    return { ...packet, qos: request?.type === PUBLISH ? request.qos : 0 };
  };
}
