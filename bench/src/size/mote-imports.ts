/** What somebody imports from Mote, the bytes it may cost, and what may not come along. */
export interface MoteImport {
  readonly what: string;
  readonly code: string;
  /** Bytes. */
  readonly budget?: { readonly minified: number; readonly gzip?: number };
  /** Parts of file names: code from such a file in the bundle is a leak. */
  readonly without: readonly string[];
}

/** The convenience switch names all packets, so whoever links it links everything. */
const SWITCH = '/codec/dist/packet.js';

export const codecImports: readonly MoteImport[] = [
  {
    what: 'encodePuback alone',
    code: `export { encodePuback } from '@mote/codec';`,
    budget: { minified: 1400 },
    without: [SWITCH, '/framer', '/annotate', '/topic', '/publish', '/connect', '/subscribe', '/suback', '/reader'],
  },
  {
    what: 'publisher: CONNECT, CONNACK, PUBLISH at QoS 0, DISCONNECT',
    code: `export { Framer, encodeConnect, decodeConnack, encodePublish, encodeDisconnect } from '@mote/codec';`,
    without: [SWITCH, '/annotate', '/puback', '/subscribe', '/suback', '/prepared-publish', '/publish-view'],
  },
  {
    what: 'the packets that a DPS device needs',
    code: `export { Framer, encodeConnect, decodeConnack, encodeSubscribe, decodeSuback, encodePublish, decodePublish,
      encodePuback, decodePuback, encodePingreq, encodeDisconnect } from '@mote/codec';`,
    budget: { minified: 7000, gzip: 2600 },
    without: [SWITCH, '/annotate', '/unsub', '/pubrec', '/pubrel', '/pubcomp', '/prepared-publish', '/publish-view'],
  },
  {
    what: 'the codec, everything in its index',
    code: `export * from '@mote/codec';`,
    budget: { minified: 13000, gzip: 4500 },
    without: ['/annotate'],
  },
];

const UNUSED_PACKETS = [SWITCH, '/annotate', '/pubrec', '/pubrel', '/pubcomp', '/prepared-publish', '/publish-view'];

export const clientImports: readonly MoteImport[] = [
  {
    what: 'provision over TLS with SAS',
    code: `export { provision, symmetricKey } from '@mote/client/tls';`,
    budget: { minified: 15000, gzip: 5500 },
    without: [...UNUSED_PACKETS, '/websocket', '/proxy', '/x509', '/web-streams'],
  },
  {
    what: 'provision with TLS, WebSocket, proxy, SAS and X.509',
    code: `export { provision, symmetricKey, x509 } from '@mote/client';`,
    budget: { minified: 21000, gzip: 7500 },
    without: [...UNUSED_PACKETS, '/web-streams'],
  },
];
