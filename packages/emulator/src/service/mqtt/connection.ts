import { CONNACK, CONNECT, type ConnectPacket, DecodeError, decodePacket, type Frame, Framer } from '@mote/codec';
import type { CloseManner } from '../faults/delivery.ts';
import type { Fault } from '../faults/scenario.ts';
import type { Action } from './channel.ts';
import { DevicePort } from './device-port.ts';
import { type ConnectRefusal, type DeviceSession, isConnectRefusal } from './device-session.ts';
import { maskPacket } from './masked-packet.ts';
import type { ConnectionHost, Peer } from './ports.ts';
import { type ReadConnect, readConnect, returnCodeFor } from './read-connect.ts';

/**
 * Milliseconds. The service closes after a 401. The device first gets this time to disconnect: if the close came right after the answer,
 * the Node SDK (1.9.1) would lose the answer and never call back.
 */
const HANG_UP_MS = 1000;

/** Called when a device connects, and when its connection ends. */
export interface ConnectionObserver {
  accepted(connection: Connection, now: number): void;
  ended(connection: Connection): void;
}

/**
 * One device's connection, from the first byte to the last. Bytes and time go in, actions come out through `perform`;
 * no socket, clock or promise is in here. What a device may do behind CONNECT is the work of its session.
 *
 *   waiting ── CONNECT accepted ──▶ session ── DISCONNECT, bad bytes, silence, 401 ──▶ closed
 */
export class Connection {
  readonly number: number;
  readonly #host: ConnectionHost;
  readonly #observer: ConnectionObserver;
  readonly #port: DevicePort;
  #session: DeviceSession | undefined;
  #framer: Framer;
  /** Number of bytes that came so far, to find what follows CONNECT in its chunk. */
  #received = 0;
  #hasEnded = false;
  #silenceAllowedMs: number;
  #deadline: number;
  /** Set when the service is going to close: the time and the reason. */
  #hangUp: { readonly at: number; readonly reason: string } | undefined;

  constructor(
    host: ConnectionHost,
    observer: ConnectionObserver,
    number: number,
    peer: Peer,
    perform: (action: Action) => void,
    now: number,
  ) {
    const { maxPacketSize, idleTimeoutMs, connectTimeoutMs } = host.limits;
    this.number = number;
    this.#host = host;
    this.#observer = observer;
    this.#port = new DevicePort(host, number, peer, perform, {
      registrationId: () => this.registrationId,
      hub: () => this.#session?.facts.hub,
      hangUp: (reason, at) => {
        this.#hangUp ??= { at: at + HANG_UP_MS, reason };
      },
      settle: (at) => this.#settle(at),
    });
    this.#port.time = now;
    this.#framer = new Framer({ maxPacketSize });
    this.#silenceAllowedMs = idleTimeoutMs;
    this.#deadline = peer.acceptedAt + connectTimeoutMs;
  }

  get registrationId(): string | undefined {
    return this.#session?.registrationId;
  }

  get deviceKey(): string | undefined {
    return this.#session?.deviceKey;
  }

  /** The transport is connected. */
  open(now: number): void {
    this.#port.time = now;
    const { chain, acceptedAt: _acceptedAt, ...seen } = this.#port.peer;
    const commonName = chain[0]?.commonName;
    this.#port.emit({
      type: 'connection',
      ...seen,
      ...(commonName !== undefined && { clientCertificate: commonName }),
    });
    this.#port.send([], now, this.#port.pick('connection'));
    this.#settle(now);
  }

  receive(bytes: Uint8Array, now: number): void {
    this.#port.time = now;
    if (!this.#port.channel.isListening) return;
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

  /** Call at the time of the last `wake` action. A call too early does no harm. */
  wake(now: number): void {
    this.#port.time = now;
    const { nextAt = Number.POSITIVE_INFINITY } = this.#session ?? {};
    if (now >= nextAt) this.#session?.wake?.(now);
    if (this.#hangUp !== undefined && now >= this.#hangUp.at) this.#port.close(this.#hangUp.reason);
    else if (now >= this.#deadline) {
      this.#port.close(this.#session === undefined ? 'no CONNECT in time' : 'silent for too long');
    }
    this.#settle(now);
  }

  /** The device, or the network, has ended the connection. */
  closed(now: number, reason = 'the connection was closed'): void {
    this.#port.time = now;
    this.#port.gone(reason);
    this.#settle(now);
  }

  /** Ends the connection from our side. */
  end(now: number, reason: string, manner: CloseManner = 'end'): void {
    this.#port.time = now;
    this.#port.close(reason, manner);
    this.#settle(now);
  }

  /** A newer connection of the same device ends this one. */
  takenOver(by: number, now: number): void {
    this.#port.time = now;
    this.#port.emit({ type: 'taken-over', by });
    this.end(now, `taken over by connection ${by}`);
  }

  #settle(now: number): void {
    const { channel } = this.#port;
    // Keep Alive does not end a stalled connection; only the limit for idle connections does.
    if (channel.flush(now)) this.#deadline = now + this.#host.limits.idleTimeoutMs;
    if (channel.state === 'closed') {
      this.#onEnd(now);
      return;
    }
    const { nextAt = this.#deadline } = this.#session ?? {};
    channel.wakeAt(Math.min(this.#deadline, this.#hangUp?.at ?? this.#deadline, nextAt));
  }

  #readFrames(chunk: Uint8Array, now: number): void {
    for (let frame = this.#framer.next(); frame !== undefined; frame = this.#framer.next()) {
      const isFirst = this.#session === undefined;
      const length = wholeLength(frame.end - frame.start);
      this.#onFrame(frame, now);
      if (!this.#port.channel.isListening) return;
      if (isFirst) this.#allowMore(chunk.subarray(chunk.length - (this.#received - length)));
    }
  }

  /** A hub takes larger packets than DPS. Before CONNECT the smaller limit holds, so that unknown peers cannot take that much memory. */
  #allowMore(behind: Uint8Array): void {
    const { maxPacketSize = 0 } = this.#session ?? {};
    if (maxPacketSize <= this.#host.limits.maxPacketSize) return;
    this.#framer = new Framer({ maxPacketSize });
    this.#framer.push(behind);
  }

  #onFrame(frame: Frame, now: number): void {
    this.#deadline = now + this.#silenceAllowedMs;
    if (this.#session !== undefined) {
      const packet = decodePacket(frame);
      this.#port.emit({ type: 'packet', direction: 'in', packet: maskPacket(packet) });
      this.#session.receive(packet, now);
    } else if (frame.type === CONNECT) this.#onConnect(readConnect(frame), now);
    else this.#port.close('the first packet is not CONNECT'); // [MQTT-3.1.0-1]
  }

  #onConnect({ packet, level }: ReadConnect, now: number): void {
    const admitted = this.#host.admit(packet, level, this.#port, now);
    const session = isConnectRefusal(admitted) ? undefined : admitted;
    this.#session = session;
    this.#port.emit({ type: 'packet', direction: 'in', packet: maskPacket(packet) });
    const fault = session === undefined ? {} : this.#port.pick('connect');
    const { returnCode = 0 } = fault;
    if (session === undefined) this.#refuse(admitted as ConnectRefusal, now);
    else if (isRefusalCode(returnCode)) this.#refuse({ returnCode, reason: 'the scenario says so' }, now, fault);
    else {
      const refused = session.authenticateEarly?.(now);
      if (refused !== undefined) this.#refuse(refused, now, fault);
      else this.#accept(session, packet, fault, now);
    }
  }

  #accept(session: DeviceSession, packet: ConnectPacket, fault: Fault, now: number): void {
    this.#observer.accepted(this, now);
    const sessionPresent = session.open(packet.cleanSession);
    // 1.5 times Keep Alive [MQTT-3.1.2-24], but not longer than the limit for idle connections.
    if (packet.keepAlive > 0) this.#silenceAllowedMs = Math.min(this.#silenceAllowedMs, packet.keepAlive * 1500);
    this.#deadline = now + this.#silenceAllowedMs;
    const { clientId, keepAlive, cleanSession } = packet;
    this.#port.emit({ type: 'connected', clientId, keepAlive, cleanSession, ...session.facts });
    this.#port.send([{ type: CONNACK, sessionPresent, returnCode: 0 }], now, fault);
    session.started?.(now);
  }

  #onMalformed(error: DecodeError, now: number): void {
    const returnCode = this.#session === undefined ? returnCodeFor(error) : undefined;
    if (returnCode === undefined) this.#port.close(error.message);
    else this.#refuse({ returnCode, reason: error.message }, now);
  }

  #refuse({ returnCode, reason }: ConnectRefusal, now: number, fault: Fault = {}): void {
    this.#port.emit({ type: 'refused', stage: 'connect', reason, returnCode });
    this.#port.send([{ type: CONNACK, sessionPresent: false, returnCode }], now, fault);
    this.#port.channel.end(`CONNACK ${returnCode}`, now);
  }

  #onEnd(now: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#observer.ended(this);
    this.#session?.ended?.(now);
  }
}

/** Size of a packet, from the length of its body. */
const wholeLength = (body: number): number =>
  body + 1 + (body < 128 ? 1 : body < 16_384 ? 2 : body < 2_097_152 ? 3 : 4);

const isRefusalCode = (code: number): code is 1 | 2 | 3 | 4 | 5 => code >= 1 && code <= 5;
