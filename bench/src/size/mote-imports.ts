/** What somebody imports from Mote, the bytes it may cost, and what may not come along. */
export interface MoteImport {
  readonly what: string;
  readonly code: string;
  /** Bytes. */
  readonly budget?: { readonly minified: number; readonly gzip?: number };
  /** Where the budget was not reached: what is held instead, and why. It goes when the budget is met. */
  readonly exception?: { readonly minified: number; readonly gzip: number; readonly why: string };
  /** Parts of file names, which begin with `/`, or text that stands in one part of the codec alone: found in the bundle, it is a leak. */
  readonly without: readonly string[];
}

/** The convenience switch names all packets, so whoever links it links everything. */
const SWITCH = 'a number from 1 to 14';
const ANNOTATE = 'not read';
const FRAMER = 'malformed-length';
const CONNECT_ENCODER = '3.1.3-7';
const CONNECT_DECODER = '3.1.3-8';
const SUBSCRIBE = '3.8.3-3';
const SUBACK = '3.9.3-2';
const UNSUBSCRIBE = '3.10.3-2';
const PUBLISH_VIEW = 'payloadStart';

export const codecImports: readonly MoteImport[] = [
  {
    what: 'encodePuback alone',
    code: `export { encodePuback } from '@mote/codec';`,
    budget: { minified: 750, gzip: 460 },
    without: [SWITCH, ANNOTATE, FRAMER, CONNECT_ENCODER, CONNECT_DECODER, SUBSCRIBE, SUBACK, UNSUBSCRIBE, PUBLISH_VIEW],
  },
  {
    what: 'publisher: CONNECT, CONNACK, PUBLISH at QoS 0, DISCONNECT',
    code: `export { Framer, encodeConnect, decodeConnack, encodePublish, encodeDisconnect } from '@mote/codec';`,
    without: [SWITCH, ANNOTATE, CONNECT_DECODER, SUBSCRIBE, SUBACK, UNSUBSCRIBE, PUBLISH_VIEW],
  },
  {
    what: 'the packets that a DPS device needs',
    code: `export { Framer, encodeConnect, decodeConnack, encodeSubscribe, decodeSuback, encodePublish, decodePublish,
      encodePuback, decodePuback, encodePingreq, encodeDisconnect } from '@mote/codec';`,
    budget: { minified: 8000, gzip: 3700 },
    without: [SWITCH, ANNOTATE, CONNECT_DECODER, UNSUBSCRIBE, PUBLISH_VIEW],
  },
  {
    what: 'the codec, everything in its index',
    code: `export * from '@mote/codec';`,
    budget: { minified: 13500, gzip: 5600 },
    without: [ANNOTATE],
  },
];

/** The general client, whose parts a provisioning has no use for. */
const GENERAL_CLIENT = [
  '/mqtt/client',
  '/mqtt/delivery',
  '/mqtt/outbound',
  '/mqtt/inbound',
  '/mqtt/subscription',
  '/mqtt/unclaimed',
  '/mqtt/recovery',
  '/mqtt/planned-reconnect',
  '/mqtt/topic-tree',
  '/mqtt/store',
  '/mqtt-client',
  '/run-client',
  '/journal-',
];

const UNUSED_PACKETS = [SWITCH, ANNOTATE, CONNECT_DECODER, UNSUBSCRIBE, PUBLISH_VIEW];

const PROMISES =
  'the prototype of the budget had no addresses that race, no secrets masked in every form, no weak options of TLS refused, no kind of a refused value named (40 bytes), no certificate dialled again that is not valid yet (10 bytes), no Promise, Map or list refused where options belong, no lookup that answers with anything (150 / 70), no own attestation of an application that throws or rejects (260 / 85), and no machines that others share; and its connection was made of closures, where a class with fields takes about 370 / 50 more and a fifth of the memory. The table of files below says where the bytes are.';

export const clientImports: readonly MoteImport[] = [
  {
    what: 'lean: provision over TLS with SAS',
    code: `export { provision, symmetricKey } from '@mote/client/lean';`,
    budget: { minified: 19_000, gzip: 8800 },
    exception: { minified: 34_810, gzip: 15_080, why: PROMISES },
    without: [
      ...UNUSED_PACKETS,
      '/websocket',
      '/proxy',
      '/x509',
      '/material/',
      '/web-streams',
      '/explain/',
      ...GENERAL_CLIENT,
    ],
  },
  {
    what: 'lean: the same with WebSocket, proxy and X.509',
    code: `export { provision, symmetricKey, x509, webSocketTransport, throughProxy } from '@mote/client/lean';`,
    budget: { minified: 25_000, gzip: 11_300 },
    exception: {
      minified: 41_585,
      gzip: 18_020,
      why: `${PROMISES} WebSocket, proxy and certificates add about what the budgets leave for them. 50 / 25 of it give all data of one read of the socket at once: over WebSocket an application that waited for messages lost those beyond the first hundred.`,
    },
    without: [...UNUSED_PACKETS, '/web-streams', '/explain/', '/material/', ...GENERAL_CLIENT],
  },
  {
    what: 'with words: provision over TLS with SAS',
    code: `export { provision, symmetricKey } from '@mote/client/tls';`,
    budget: { minified: 23_000, gzip: 10_800 },
    exception: {
      minified: 44_730,
      gzip: 19_050,
      why: `${PROMISES} Sentences and hints, one for each reason and cause, are what it has beyond the first row. 50 / 20 of it leave the reason of a signal as it is when it is an error of another call. 25 / 10 of it close the socket of a dial that is given up from within an event. 10 of it know an error of another entry by its name.`,
    },
    without: [...UNUSED_PACKETS, '/websocket', '/proxy', '/x509', '/material/', '/web-streams', ...GENERAL_CLIENT],
  },
  {
    what: 'with words: provision with SAS, every transport by name',
    code: `export { provision, symmetricKey } from '@mote/client';`,
    without: [...UNUSED_PACKETS, '/web-streams', '/x509', ...GENERAL_CLIENT],
  },
  {
    what: 'lean: connect over TLS, QoS 0 to 2, resume, reconnect, memory store',
    code: `export { connect, memoryStore } from '@mote/client/lean';`,
    budget: { minified: 26_000, gzip: 11_800 },
    exception: {
      minified: 46_135,
      gzip: 19_550,
      why: 'the codec of every packet, and machines for QoS 2, resumed Sessions, stores and flow control, each with its own rules. 250 / 90 of it keep what is published while a store is read behind the records of an earlier run, which it could overwrite before. About 1,300 / 370 of it are the client and its connection as classes, whose fields are `this.x` where the variables of closures were `x`: an idle client takes 9.4 KB in place of 13.3, since all of a process share their methods. 65 of it: a message takes 390 bytes less of young memory, since its options are checked without a function and the clock is asked only for a limit of time, and none that is acknowledged keeps later ones in memory. 25 / 10 of it close the socket of a dial that is given up from within an event. 280 / 120 of it: options of a wrong kind are refused by name (a forgotten `await` connected without credentials), and nothing is dialled or subscribed to if the signal has aborted. 25 of it tell that there is no memory from a value that is no bytes. 225 / 105 of it: only the answer to the newest request of a Topic Filter counts, a filter that was given up offline is unsubscribed, and a message that nobody finishes leaves no gap in what the server may send: before, a client could go deaf. 330 / 175 of it: with all Packet Identifiers in use a request waits for one; it was looked for without end. 10 of it dial a certificate again that is not valid yet.',
    },
    without: [
      ...[SWITCH, ANNOTATE, CONNECT_DECODER, PUBLISH_VIEW],
      ...['/websocket', '/proxy', '/x509', '/web-streams', '/explain/', '/journal-', '/check-store'],
      ...['observers', '/words', '/dps/registration', '/azure/dps', '/azure/hub', '/hub/', '/mqtt/session.js'],
    ],
  },
  {
    what: 'lean: key to telemetry, openDevice over TLS with SAS',
    code: `export { openDevice, symmetricKey } from '@mote/client/lean';`,
    budget: { minified: 42_000, gzip: 18_500 },
    exception: {
      minified: 82_545,
      gzip: 33_870,
      why: 'the rows of provision and connect, which share the codec, and what is its own: rules of its life, methods, twin, messages, certificates, batches, each with its checks; a bundler cannot leave out what a device does not use, since they are methods of one class. Tried: the machine of the client run without the class of connect around it, with options checked once and one queue for messages (87,100 to 83,744); one rule for topics and for certificate requests, and what an option has to be said by explain/ alone (82,921); one iterator and one SAS token for all (10 and 40 bytes more in the rows of connect and provision: not kept). 450 / 120 of it: options of a call are read once, so that what is checked is what is used; an attestation that cannot be one is refused before the first dial, where it was dialled without a token or tried for two minutes; a request whose signal has aborted is not sent. 400 / 110 of it: the same for `messages`, and what connect says of options of a wrong kind. 35 of it: the clock is asked only for a limit of time, and an acknowledged message keeps no later one in memory. 25 / 10 of it close the socket of a dial that is given up from within an event. 225 / 105 of it: only the answer to the newest request of a Topic Filter counts, a filter that was given up offline is unsubscribed, and a message that nobody finishes leaves no gap in what the server may send: before, a client could go deaf. 330 / 175 of it: with all Packet Identifiers in use a request waits for one; it was looked for without end. 10 of it dial a certificate again that is not valid yet.',
    },
    without: [
      ...[SWITCH, ANNOTATE, CONNECT_DECODER, PUBLISH_VIEW],
      ...['/websocket', '/proxy', '/x509', '/web-streams', '/explain/', '/journal-', '/check-store', '/material/'],
    ],
  },
];
