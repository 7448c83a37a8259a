// Only what the adapters use of packages that come without types.

declare module '@sap/xb-msg-mqtt-v311/lib/model/packets.js' {
  export interface SapPacket {
    readonly type: number;
    readonly topic: string;
    readonly payload: { readonly chunks: Buffer[] } | null;
    readonly packetID: number;
    readonly qos: number;
    readonly qosList: { readonly qos: number }[];
    readonly returnCode: number;
    readonly sessionPresent: boolean;
  }
  const model: { buildPacket(type: number): SapPacket };
  export default model;
}

declare module '@sap/xb-msg-mqtt-v311/lib/serialize/encoder.js' {
  import type { SapPacket } from '@sap/xb-msg-mqtt-v311/lib/model/packets.js';

  const module: {
    Encoder: new (
      options: { ostreamPayloadCopyLimit: number },
      allocate: (minSize?: number) => Buffer,
      dispatch: (chunk: Buffer) => void,
    ) => { push(packet: SapPacket): boolean; flush(): void };
  };
  export default module;
}

declare module '@sap/xb-msg-mqtt-v311/lib/serialize/decoder.js' {
  import type { SapPacket } from '@sap/xb-msg-mqtt-v311/lib/model/packets.js';

  const module: {
    Decoder: new (
      factory: (type: number) => SapPacket,
      handler: (packet: SapPacket) => void,
    ) => { push(chunk: Buffer): void };
  };
  export default module;
}

declare module 'u8-mqtt-packet/esm/codec_v4_full.js' {
  const options: object;
  export default options;
}

declare module 'u8-mqtt-packet/esm/codec_bind.js' {
  export function mqtt_pkt_ctx(
    level: 4,
    options: object,
    context: object,
  ): {
    encode_pkt(type: string, packet: object): Uint8Array;
    mqtt_stream(): { decode(chunk: Uint8Array): unknown[] };
  };
}

declare module 'u8-mqtt/esm/node/v4.js' {
  export interface U8Client {
    with_tcp(port: number, host: string): U8Client;
    connect(packet: { client_id: string }): Promise<unknown>;
    disconnect(): Promise<unknown>;
    pub(packet: { topic: string; payload: Uint8Array; qos: 1 }): Promise<unknown>;
    subscribe_topic(filter: string, handler: (packet: { payload: Uint8Array }) => void): Promise<unknown>;
  }
  export default function (): U8Client;
}
