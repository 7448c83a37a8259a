import { CONNACK, CONNECT, type Packet, PUBACK, PUBLISH, SUBSCRIBE } from '@mote/codec';
import type { Emulator } from '@mote/emulator';
import { dial, type Identity } from './wire-device.ts';

export interface HandRegistration extends Identity {
  readonly registrationId: string;
  readonly password?: string;
  readonly idScope?: string;
  readonly apiVersion?: string;
  readonly body?: string;
}

export interface HandOutcome {
  /** CONNACK return code when it was not 0, else the status code of the last answer. */
  readonly code: number;
  readonly body: Record<string, unknown>;
}

/** Registers and polls over TLS, packet by packet, with no help from @mote/client. */
export async function registerByHand(dps: Emulator, how: HandRegistration): Promise<HandOutcome> {
  const { registrationId, password, idScope = dps.idScope, apiVersion = '2019-03-31', body = '' } = how;
  const device = await dial(dps, how.cert === undefined ? {} : { cert: how.cert, key: how.key ?? '' });
  const userName = `${idScope}/registrations/${registrationId}/api-version=${apiVersion}`;
  const connect = { type: CONNECT, clientId: registrationId, cleanSession: true, keepAlive: 30, userName } as const;
  device.send(password === undefined ? connect : { ...connect, password: Buffer.from(password) });
  const connack = await device.next();
  if (connack?.type !== CONNACK || connack.returnCode !== 0) {
    await device.closed();
    return { code: connack?.type === CONNACK ? connack.returnCode : -1, body: {} };
  }
  device.send({ type: SUBSCRIBE, packetId: 1, subscriptions: [{ topicFilter: '$dps/registrations/res/#', qos: 1 }] });
  await device.next();
  device.send(message('$dps/registrations/PUT/iotdps-register/?$rid=1', body));
  for (let requestId = 2; ; requestId++) {
    const answer = await nextAnswer(device);
    if (answer.code !== 202) {
      device.socket.destroy();
      return answer;
    }
    const { operationId } = answer.body;
    device.send(
      message(`$dps/registrations/GET/iotdps-get-operationstatus/?$rid=${requestId}&operationId=${operationId}`, ''),
    );
  }
}

async function nextAnswer(device: Awaited<ReturnType<typeof dial>>): Promise<HandOutcome> {
  for (let packet = await device.next(); packet !== undefined; packet = await device.next()) {
    if (packet.type !== PUBLISH) continue;
    if (packet.packetId !== undefined) device.send({ type: PUBACK, packetId: packet.packetId });
    const code = Number(/\/res\/(\d{3})\//.exec(packet.topicName)?.[1]);
    return { code, body: JSON.parse(Buffer.from(packet.payload).toString()) };
  }
  return { code: -1, body: {} };
}

const message = (topicName: string, body: string): Packet => ({
  type: PUBLISH,
  topicName,
  payload: Buffer.from(body),
  qos: 1,
  retain: false,
  dup: false,
  packetId: 2,
});
