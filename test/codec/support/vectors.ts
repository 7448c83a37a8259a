import { readFileSync } from 'node:fs';
import type { Packet } from '@mote/codec';
import { concat, hex } from './bytes.ts';

export interface Malformed {
  readonly name: string;
  readonly hex: string;
  readonly expected: 'reject' | 'accept' | 'incomplete';
  readonly also_ok?: string;
  readonly ref: string;
  readonly why: string;
  readonly level: string;
}

export interface Valid {
  readonly name: string;
  readonly hex?: string;
  readonly hexRuns?: readonly (readonly [string, number])[];
  readonly sha256?: string;
  readonly packet: Record<string, unknown>;
}

export interface Generated {
  readonly name: string;
  readonly gen: { readonly headHex: string; readonly fillByte: string; readonly fillCount: number };
  readonly totalLength: number;
  readonly sha256: string;
}

export const malformed: readonly Malformed[] = load('malformed').entries;
const validFile = load('valid');
export const valid: readonly Valid[] = validFile.entries;
export const generated: readonly Generated[] = validFile.generated;
export const streams: readonly {
  readonly name: string;
  readonly parts: readonly string[];
  readonly hex: string | null;
}[] = validFile.streams;

export function bytesOf(vector: { hex?: string; hexRuns?: readonly (readonly [string, number])[] }): Uint8Array {
  return hex(vector.hex ?? (vector.hexRuns ?? []).map(([digits, count]) => digits.repeat(count)).join(''));
}

/** A stream without hex of its own is the sum of its parts. */
export function streamBytes({ hex: digits, parts }: (typeof streams)[number]): Uint8Array {
  if (digits !== null) return hex(digits);
  return concat(...parts.map((name) => (name === 'pingresp' ? hex('d000') : bytesOf(vectorNamed(name)))));
}

function vectorNamed(name: string): Valid {
  const vector = valid.find((each) => each.name === name);
  if (vector === undefined) throw new Error(`no vector ${name}`);
  return vector;
}

export function generatedBytes({ gen, totalLength }: Generated): Uint8Array {
  const bytes = new Uint8Array(totalLength).fill(Number.parseInt(gen.fillByte, 16));
  bytes.set(hex(gen.headHex));
  return bytes;
}

/** The packet in the words of the vectors: their names for fields, bytes as hex. */
export function inVectorWords(packet: Packet): Record<string, unknown> {
  const type = TYPES[packet.type];
  switch (packet.type) {
    case 1: {
      const { clientId, cleanSession, keepAlive, will, userName, password } = packet;
      return clean({
        type,
        protocolLevel: 4,
        cleanSession,
        keepAlive,
        clientId,
        will: will && { topic: will.topicName, payload: hexOf(will.message), qos: will.qos, retain: will.retain },
        username: userName,
        password: password && hexOf(password),
      });
    }
    case 3:
      return clean({
        type,
        qos: packet.qos,
        dup: packet.dup,
        retain: packet.retain,
        topic: packet.topicName,
        packetId: packet.packetId,
        payload: hexOf(packet.payload),
      });
    case 8:
      return {
        type,
        packetId: packet.packetId,
        filters: packet.subscriptions.map(({ topicFilter, qos }) => ({ filter: topicFilter, qos })),
      };
    case 10:
      return { type, packetId: packet.packetId, filters: packet.topicFilters };
    default:
      return { ...packet, type };
  }
}

/** `{$repeat, count}` and `{$cycle, count}` written out. */
export function writtenOut(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(writtenOut);
  if (typeof value !== 'object' || value === null) return value;
  const { $repeat, $cycle, count } = value as { $repeat?: string; $cycle?: unknown[]; count?: number };
  if ($repeat !== undefined) return $repeat.repeat(count ?? 0);
  if ($cycle !== undefined) return Array.from({ length: count ?? 0 }, (_, i) => writtenOut($cycle[i % $cycle.length]));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, writtenOut(each)]));
}

const TYPES =
  ' connect connack publish puback pubrec pubrel pubcomp subscribe suback unsubscribe unsuback pingreq pingresp disconnect'.split(
    ' ',
  );

function load(name: string) {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function clean(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
