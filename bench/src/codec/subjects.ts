import type { Subject } from './subject.ts';

/** Each codec is loaded only where it is measured. */
const codecs: Readonly<Record<string, () => Promise<readonly Subject[]>>> = {
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
};

export async function allSubjects(): Promise<Subject[]> {
  return (await Promise.all(Object.values(codecs).map((load) => load()))).flat();
}

export async function findSubject(codec: string, form: string): Promise<Subject> {
  const subjects = (await codecs[codec]?.()) ?? [];
  const found = subjects.find((subject) => subject.form === form);
  if (!found) throw new Error(`no subject ${codec} ${form}`);
  return found;
}
