import { CONNACK, CONNECT, type ConnectPacket, DecodeError, decodePacket, type Frame, Framer } from '@mote/codec';
import type { EmulatorEventBody } from '../events.ts';
import { type Action, Channel } from './channel.ts';
import { type ConnectRefusal, checkConnect, type Introduction, isConnectRefusal } from './check-connect.ts';
import type { ConnectionContext, Peer } from './connection-context.ts';
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
  readonly #framer: Framer;
  readonly #context: ConnectionContext;
  #session: Session | undefined;
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
      hangUp: (reason, now) => {
        this.#hangUp ??= { at: now + HANG_UP_MS, reason };
      },
    };
  }

  get registrationId(): string | undefined {
    return this.#session?.registrationId;
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
      this.#framer.push(bytes);
      for (const frame of this.#framer) {
        this.#onFrame(frame, now);
        if (!this.#context.channel.isListening) break;
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#onMalformed(error, now);
    }
    this.#settle(now);
  }

  /** To be called at the time that the last `wake` action named. Too early does no harm. */
  wake(now: number): void {
    this.#now = now;
    const { channel } = this.#context;
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
    const device = checkConnect(packet, this.#peer.chain, settings);
    const session = isConnectRefusal(device) ? undefined : new Session(this.#context, device, this.#peer);
    this.#session = session;
    this.#emit({ type: 'packet', direction: 'in', packet: maskPacket(packet) });
    const fault = session === undefined ? {} : this.#pick('connect');
    const refused = isConnectRefusal(device) ? device : this.#refusalOf(session, fault, now);
    if (refused !== undefined) this.#refuse(refused, now, fault);
    else if (!isConnectRefusal(device)) this.#accept(packet, device, fault, now);
  }

  /** Refused by the scenario, or because credentials are checked eagerly. */
  #refusalOf(session: Session | undefined, { returnCode = 0 }: Fault, now: number): ConnectRefusal | undefined {
    if (isRefusalCode(returnCode)) return { returnCode, reason: 'the scenario says so' };
    const eager = this.#service.settings.authentication === 'eager' ? session?.authenticate(now) : undefined;
    return eager !== undefined && isRefusal(eager) ? { returnCode: 5, reason: eager.reason } : undefined;
  }

  #accept(packet: ConnectPacket, device: Introduction, fault: Fault, now: number): void {
    this.#service.takeOver(this, now);
    this.#session?.open(packet.cleanSession);
    // 1.5 times [MQTT-3.1.2-24], and never longer than without.
    if (packet.keepAlive > 0) this.#silenceAllowedMs = Math.min(this.#silenceAllowedMs, packet.keepAlive * 1500);
    this.#deadline = now + this.#silenceAllowedMs;
    const { clientId, keepAlive, cleanSession } = packet;
    const { apiVersion, clientVersion, claim } = device;
    const facts = { clientId, apiVersion, keepAlive, cleanSession, credentials: claim.credentials.type };
    this.#emit({ type: 'connected', ...facts, ...(clientVersion !== undefined && { clientVersion }) });
    const { channel, random } = this.#context;
    // No session survives a connection here, whatever CleanSession says [MQTT-3.2.2-1].
    channel.send([{ type: CONNACK, sessionPresent: false, returnCode: 0 }], now, fault, random());
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
    if (channel.state === 'closed') this.#service.forget(this);
    else channel.wakeAt(Math.min(this.#deadline, this.#hangUp?.at ?? this.#deadline));
  }

  #emit(event: EmulatorEventBody): void {
    const { registrationId } = this;
    const { emit } = this.#service.settings;
    // One spread at most: a flood of PINGREQ makes two events for each.
    if (registrationId === undefined) emit({ time: this.#now, connection: this.number, ...event });
    else emit({ time: this.#now, connection: this.number, registrationId, ...event });
  }
}

const isRefusalCode = (code: number): code is 1 | 2 | 3 | 4 | 5 => code >= 1 && code <= 5;
