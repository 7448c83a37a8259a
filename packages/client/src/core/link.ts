import { type Packet, PUBLISH, type PublishPacket } from '@mote/codec';
import { secretMask } from './dps/secret-mask.ts';
import { userName } from './dps/user-name.ts';
import type { RegistrationOptions } from './registration-options.ts';
import { Session } from './session.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** A session of MQTT with the service, and how to read a payload in it: with our secrets masked. */
export interface Link {
  readonly session: Session;
  /** Undefined when it is no UTF-8. */
  text(payload: Uint8Array): string | undefined;
  /** Of text that was hidden in escapes until its JSON was read. */
  mask(text: string): string;
}

/** `password` is the SAS token, if there is one. */
export function openLink(options: RegistrationOptions, password: string | undefined): Link {
  const { registrationId, csr, keepAlive = 30, trace } = options;
  const mask = secretMask(password, csr);
  const text = (payload: Uint8Array): string | undefined => {
    const clear = decodeUtf8(payload);
    return clear && mask(clear);
  };
  const shown = (packet: Packet): Packet => {
    if (packet.type !== PUBLISH) return packet;
    const masked = text(packet.payload);
    const payload = masked ? encodeUtf8(masked) : packet.payload;
    return { ...packet, topicName: mask(packet.topicName), payload } as PublishPacket;
  };
  const session = new Session({
    clientId: registrationId,
    userName: userName(options),
    password: password === undefined ? undefined : encodeUtf8(password),
    keepAlive,
    trace: trace && ((direction, packet) => trace(direction, shown(packet))),
  });
  return { session, text, mask };
}
