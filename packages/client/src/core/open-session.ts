import { type Packet, PUBLISH, type PublishPacket } from '@mote/codec';
import type { SecretMask } from './dps/secret-mask.ts';
import { userName } from './dps/user-name.ts';
import type { RegistrationOptions } from './registration-options.ts';
import { Session } from './session.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** A session of MQTT with the service. `password` is the SAS token, if there is one. What is traced has our secrets masked. */
export function openSession(options: RegistrationOptions, password: string | undefined, mask: SecretMask): Session {
  const { registrationId, keepAlive = 30, trace } = options;
  if (password !== undefined) mask.addToken(password);
  const shown = (packet: Packet): Packet => {
    if (packet.type !== PUBLISH) return packet;
    const clear = decodeUtf8(packet.payload);
    const payload = clear === undefined ? mask.bytes(packet.payload) : encodeUtf8(mask.text(clear));
    return { ...packet, topicName: mask.text(packet.topicName), payload } as PublishPacket;
  };
  return new Session({
    clientId: registrationId,
    userName: userName(options),
    password: password === undefined ? undefined : encodeUtf8(password),
    keepAlive,
    trace: trace && ((direction, packet) => trace(direction, shown(packet))),
  });
}
