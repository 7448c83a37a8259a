import type { Contestant } from './contestant.ts';

/** Each codec is loaded only where it is measured. */
const codecs: Readonly<Record<string, () => Promise<readonly Contestant[]>>> = {
  mote: async () => [
    ...(await import('./mote-encode.ts')).moteEncoders,
    ...(await import('./mote-decode.ts')).moteDecoders,
  ],
  limit: async () => [(await import('./limit.ts')).limit],
  'mqtt-packet': async () => {
    const { generate, parser, writeToStream } = await import('./mqtt-packet.ts');
    return [generate, writeToStream, parser];
  },
  'u8-mqtt-packet': async () => [(await import('./u8-mqtt-packet.ts')).u8MqttPacket],
  '@sap/xb-msg-mqtt-v311': async () => [(await import('./sap.ts')).sap],
  mqtts: async () => [(await import('./mqtts.ts')).mqttsCodec],
  'paho-mqtt': async () => [(await import('./paho.ts')).paho],
};

export async function allContestants(): Promise<Contestant[]> {
  return (await Promise.all(Object.values(codecs).map((load) => load()))).flat();
}

export async function findContestant(codec: string, form: string): Promise<Contestant> {
  const contestants = (await codecs[codec]?.()) ?? [];
  const found = contestants.find((contestant) => contestant.form === form);
  if (!found) throw new Error(`no contestant ${codec} ${form}`);
  return found;
}
