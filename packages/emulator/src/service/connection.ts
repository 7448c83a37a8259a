import { CONNACK, CONNECT, type ConnectPacket, DecodeError, decodePacket, type Frame, Framer } from '@mote/codec';
import type { EmulatorEventBody } from '../events.ts';
import { type Action, Channel } from './channel.ts';
import { type ConnectRefusal, checkConnect, isConnectRefusal } from './check-connect.ts';
import type { ConnectionContext, Peer } from './connection-context.ts';
import type { DeviceSession } from './device-session.ts';
import { checkHubConnect } from './hub/check-hub-connect.ts';
import { HubSession } from './hub/hub-session.ts';
import { type HubUserName, parseHubUserName } from './hub/hub-words.ts';
import { maskPacket } from './masked-packet.ts';
import { Random } from './random.ts';
import { readConnect, returnCodeFor } from './read-connect.ts';
import { isRefusal } from './refusal.ts';
import type { Fault, ScenarioStage } from './scenario/scenario.ts';
import type { Service } from './service.ts';
import { Session } from './session.ts';

// Behind a 401 the service closes. A device gets this long to say goodbye first: when the close comes right behind the
// answer, the Node SDK (1.9.1) loses the answer and never calls back.
const HANG_UP_MS = 1000;

/**
 * One device's connection, from the first byte to the last. Bytes and time go in, actions come out through `perform`;
 * no socket, clock or promise is in here.
 *
 *   waiting ── CONNECT accepted ──▶ session ── DISCONNECT, bad bytes, silence, 401 ──▶ closed
 */
export class Connection {
  readonly number: number;
  readonly #service: Service;
  readonly #peer: Peer;
  readonly #context: ConnectionContext;
  #session: DeviceSession | undefined;
  #framer: Framer;
  /** Bytes that arrived in all; tells what of a chunk lies behind CONNECT. */
  #received = 0;
  #hasEnded = false;
  #silenceAllowedMs: number;
  #deadline: number;
  /** Once the service has lost its patience: when it closes, and why. */
  #hangUp: { readonly at: number; readonly reason: string } | undefined;
  /** Of the call that is being worked on. */
  #now: number;

  constructor(service: Service, number: number, peer: Peer, perform: (action: Action) => void, now: number) {
    const { limits, seed } = service.settings;
    this.number = number;
    this.#service = service;
    this.#peer = peer;
    this.#now = now;
    this.#framer = new Framer({ maxPacketSize: limits.maxPacketSize });
    this.#silenceAllowedMs = limits.idleTimeoutMs;
    this.#deadline = peer.acceptedAt + limits.connectTimeoutMs;
    const emit = (event: EmulatorEventBody) => this.#emit(event);
    const unknown = new Random(seed, `connection ${number}`);
    this.#context = {
      service,
      channel: new Channel(perform, emit),
      random: () => (this.registrationId === undefined ? unknown : service.desk.randomFor(this.registrationId)),
      emit,
      pick: (stage, enrollmentId) => this.#pick(stage, enrollmentId),
      now: () => service.settings.hub.now(),
      settle: (now) => this.#settle(now),
      hangUp: (reason, now) => {
        this.#hangUp ??= { at: now + HANG_UP_MS, reason };
      },
    };
  }

  get registrationId(): string | undefined {
    return this.#session?.registrationId;
  }

  get linkKey(): string | undefined {
    return this.#session?.linkKey;
  }

  /** A newer connection of the same device stands. */
  takenOver(by: number, now: number): void {
    this.#now = now;
    this.#emit({ type: 'taken-over', by });
    this.close(now, `taken over by connection ${by}`);
  }

  /** The transport stands. */
  open(now: number): void {
    this.#now = now;
    const { chain, acceptedAt: _acceptedAt, ...seen } = this.#peer;
    const commonName = chain[0]?.commonName;
    this.#emit({ type: 'connection', ...seen, ...(commonName !== undefined && { clientCertificate: commonName }) });
    const { channel, random } = this.#context;
    const fault = this.#pick('connection');
    channel.send([], now, fault, random());
    this.#settle(now);
  }

  receive(bytes: Uint8Array, now: number): void {
    this.#now = now;
    if (!this.#context.channel.isListening) return;
    try {
      this.#received += bytes.length;
      this.#framer.push(bytes);
      this.#readFrames(bytes, now);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#onMalformed(error, now);
    }
    this.#settle(now);
  }

  #readFrames(chunk: Uint8Array, now: number): void {
    const { maxPacketSize } = this.#service.settings.limits;
    for (let frame = this.#framer.next(); frame !== undefined; frame = this.#framer.next()) {
      const isFirst = this.#session === undefined;
      const length = wholeLength(frame.end - frame.start);
      this.#onFrame(frame, now);
      if (!this.#context.channel.isListening) return;
      if (!isFirst || !(this.#session instanceof HubSession) || LARGEST_AT_HUB <= maxPacketSize) continue;
      // A hub takes larger packets than DPS; a stranger is not promised that much memory.
      const behind = chunk.subarray(chunk.length - (this.#received - length));
      this.#framer = new Framer({ maxPacketSize: LARGEST_AT_HUB });
      this.#framer.push(behind);
    }
  }

  /** To be called at the time that the last `wake` action named. Too early does no harm. */
  wake(now: number): void {
    this.#now = now;
    const { channel } = this.#context;
    const { nextAt = Number.POSITIVE_INFINITY } = this.#session ?? {};
    if (now >= nextAt) this.#session?.wake?.(now);
    if (this.#hangUp !== undefined && now >= this.#hangUp.at) channel.close(this.#hangUp.reason);
    else if (now >= this.#deadline) {
      channel.close(this.#session === undefined ? 'no CONNECT in time' : 'silent for too long');
    }
    this.#settle(now);
  }

  /** The device, or the network, has ended the connection. */
  closed(now: number, reason = 'the connection was closed'): void {
    this.#now = now;
    this.#context.channel.gone(reason);
    this.#settle(now);
  }

  /** Ends the connection from our side. */
  close(now: number, reason: string, manner: 'end' | 'reset' = 'end'): void {
    this.#now = now;
    this.#context.channel.close(reason, manner);
    this.#settle(now);
  }

  #onFrame(frame: Frame, now: number): void {
    this.#deadline = now + this.#silenceAllowedMs;
    if (this.#session !== undefined) {
      const packet = decodePacket(frame);
      this.#emit({ type: 'packet', direction: 'in', packet: maskPacket(packet) });
      this.#session.receive(packet, now);
    } else if (frame.type === CONNECT) this.#onConnect(frame, now);
    else this.#context.channel.close('the first packet is not CONNECT'); // [MQTT-3.1.0-1]
  }

  #onConnect(frame: Frame, now: number): void {
    const packet = readConnect(frame);
    const { settings } = this.#service;
    const atHub = packet.userName === undefined ? undefined : parseHubUserName(packet.userName);
    if (atHub !== undefined) {
      this.#onHubConnect(packet, atHub, now);
      return;
    }
    const device = checkConnect(packet, this.#peer.chain, settings);
    const session = isConnectRefusal(device) ? undefined : new Session(this.#context, device, this.#peer);
    this.#session = session;
    this.#emit({ type: 'packet', direction: 'in', packet: maskPacket(packet) });
    const fault = session === undefined ? {} : this.#pick('connect');
    const refused = isConnectRefusal(device) ? device : this.#refusalOf(session, fault, now);
    if (refused !== undefined) this.#refuse(refused, now, fault);
    else if (!isConnectRefusal(device)) {
      const { apiVersion, clientVersion, claim } = device;
      const facts = {
        apiVersion,
        credentials: claim.credentials.type,
        ...(clientVersion !== undefined && { clientVersion }),
      };
      this.#accept(packet, facts, fault, now);
    }
  }

  #onHubConnect(packet: ConnectPacket, name: HubUserName, now: number): void {
    const { settings, hub } = this.#service;
    const rules = { ...settings.hub, hmac: settings.hmac, chainChecks: settings.chainChecks };
    const checked = checkHubConnect(packet, name, this.#peer.chain, hub, rules, now);
    const session = isConnectRefusal(checked) ? undefined : new HubSession(this.#context, hub, checked, packet.will);
    this.#session = session;
    this.#emit({ type: 'packet', direction: 'in', packet: maskPacket(packet) });
    const fault = isConnectRefusal(checked) ? {} : this.#pick('connect');
    const { returnCode = 0 } = fault;
    if (isConnectRefusal(checked)) this.#refuse(checked, now);
    else if (isRefusalCode(returnCode)) this.#refuse({ returnCode, reason: 'the scenario says so' }, now, fault);
    else {
      const { host, apiVersion = '', clientVersion } = name;
      const facts = { apiVersion, hub: host, credentials: checked.credentials };
      this.#accept(packet, { ...facts, ...(clientVersion !== undefined && { clientVersion }) }, fault, now);
    }
  }

  /** Refused by the scenario, or because credentials are checked eagerly. */
  #refusalOf(session: Session | undefined, { returnCode = 0 }: Fault, now: number): ConnectRefusal | undefined {
    if (isRefusalCode(returnCode)) return { returnCode, reason: 'the scenario says so' };
    const eager = this.#service.settings.authentication === 'eager' ? session?.authenticate(now) : undefined;
    return eager !== undefined && isRefusal(eager) ? { returnCode: 5, reason: eager.reason } : undefined;
  }

  #accept(packet: ConnectPacket, credentials: ConnectedFacts, fault: Fault, now: number): void {
    this.#service.takeOver(this, now);
    const sessionPresent = this.#session?.open(packet.cleanSession) ?? false;
    // 1.5 times [MQTT-3.1.2-24], and never longer than without.
    if (packet.keepAlive > 0) this.#silenceAllowedMs = Math.min(this.#silenceAllowedMs, packet.keepAlive * 1500);
    this.#deadline = now + this.#silenceAllowedMs;
    const { clientId, keepAlive, cleanSession } = packet;
    this.#emit({ type: 'connected', clientId, keepAlive, cleanSession, ...credentials });
    const { channel, random } = this.#context;
    channel.send([{ type: CONNACK, sessionPresent, returnCode: 0 }], now, fault, random());
    this.#session?.started?.(now);
  }

  #onMalformed(error: DecodeError, now: number): void {
    const returnCode = this.#session === undefined ? returnCodeFor(error) : undefined;
    if (returnCode === undefined) this.#context.channel.close(error.message);
    else this.#refuse({ returnCode, reason: error.message }, now);
  }

  #refuse({ returnCode, reason }: ConnectRefusal, now: number, fault: Fault = {}): void {
    const { channel, random } = this.#context;
    this.#emit({ type: 'refused', stage: 'connect', reason, returnCode });
    channel.send([{ type: CONNACK, sessionPresent: false, returnCode }], now, fault, random());
    channel.end(`CONNACK ${returnCode}`, now);
  }

  #pick(stage: ScenarioStage, enrollmentId?: string): Fault {
    const registrationId = this.registrationId ?? '';
    const { fault, rules } = this.#service.faults.pick({ stage, registrationId, enrollmentId });
    for (const rule of rules) this.#emit({ type: 'fault', stage, rule, fault: JSON.stringify(fault) });
    return fault;
  }

  #settle(now: number): void {
    const { channel } = this.#context;
    // A stalled connection stays open as long as any may: Keep Alive does not end it.
    if (channel.flush(now)) this.#deadline = now + this.#service.settings.limits.idleTimeoutMs;
    if (channel.state === 'closed') {
      this.#end(now);
      return;
    }
    const { nextAt = this.#deadline } = this.#session ?? {};
    channel.wakeAt(Math.min(this.#deadline, this.#hangUp?.at ?? this.#deadline, nextAt));
  }

  #end(now: number): void {
    this.#service.forget(this);
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#session?.ended?.(now);
  }

  #emit(event: EmulatorEventBody): void {
    const { registrationId } = this;
    const { emit } = this.#service.settings;
    // One spread at most: a flood of PINGREQ makes two events for each.
    if (registrationId === undefined) emit({ time: this.#now, connection: this.number, ...event });
    else emit({ time: this.#now, connection: this.number, registrationId, ...event });
  }
}

type ConnectedFacts = Pick<
  Extract<EmulatorEventBody, { type: 'connected' }>,
  'apiVersion' | 'clientVersion' | 'credentials' | 'hub'
>;

// A message of 256 KiB, its topic, and the header.
const LARGEST_AT_HUB = 262_144 + 65_537 + 16;

/** Of a packet, from the length of its body. */
const wholeLength = (body: number): number =>
  body + 1 + (body < 128 ? 1 : body < 16_384 ? 2 : body < 2_097_152 ? 3 : 4);

const isRefusalCode = (code: number): code is 1 | 2 | 3 | 4 | 5 => code >= 1 && code <= 5;
