/** [file below test/, words in the title of a test or the name of a peerCase] */
type Held = readonly [file: string, words: string];

const PEER_CASES = 'client/faults/peer-cases';
const [ANSWERS, TOPICS, CONNACK_SUBACK, PACKETS, CONNECTIONS, UPGRADES, FRAMES, FLOODS] = [
  'answers',
  'topics',
  'connack-suback',
  'packets',
  'connections',
  'upgrades',
  'frames',
  'floods',
].map((name) => `${PEER_CASES}/${name}.ts`) as [string, string, string, string, string, string, string, string];
const MODEL = 'client/faults/faults.test.ts';
const MALFORMED = 'client/faults/malformed.test.ts';

/** For each defect of bugs.json, what would fail if we had it. */
export const HELD: Readonly<Record<string, readonly Held[]>> = {
  B01: [
    ['codec/properties.test.ts', 'any bytes get a verdict, the same one however they are cut'],
    [MALFORMED, 'malformed packets at each stage of a provisioning'],
  ],
  B02: [['codec/vectors.test.ts', 'every proper prefix waits for more']],
  B03: [
    ['codec/properties.test.ts', 'any packets back to back survive, however the transport cuts them'],
    [MALFORMED, 'among good packets'],
  ],
  B04: [
    ['codec/framer.test.ts', 'after a bad body: nothing queued behind it is delivered'],
    [PACKETS, 'an answer in the chunk behind a violation'],
  ],
  B05: [['codec/properties.test.ts', 'any packet survives the wire, and its size is known before']],
  B06: [
    ['codec/vectors.test.ts', 'a strict receiver gives the verdict of the corpus'],
    [CONNACK_SUBACK, 'CONNACK that is empty'],
  ],
  B07: [
    ['codec/vectors.test.ts', 'a strict receiver gives the verdict of the corpus'],
    [PACKETS, 'PINGRESP with a body'],
  ],
  B08: [[CONNACK_SUBACK, 'SUBACK with code 7F']],
  B09: [[PACKETS, 'PUBLISH with a topic longer than the packet']],
  B10: [[PACKETS, 'PUBLISH with an empty topic']],
  B11: [['codec/framer.test.ts', 'what the header makes impossible is refused before the body has come']],
  B12: [
    ['codec/vectors.test.ts', 'every packet of the corpus means what others read in it'],
    ['codec/packets/publish.test.ts', 'a packet of more than 268,435,455 bytes is refused, not cut'],
  ],
  B13: [
    ['codec/framer.test.ts', 'a Remaining Length of more than four bytes is malformed at its fourth'],
    [CONNACK_SUBACK, 'a length of five bytes'],
  ],
  B14: [['client/faults/bugs.test.ts', 'a filter of 65,535 slashes']],
  B15: [
    [ANSWERS, 'names of the prototype as keys'],
    [TOPICS, 'with names of the prototype'],
    [UPGRADES, 'has an extension named as the prototype'],
  ],
  B16: [
    ['codec/properties.test.ts', 'any bytes get a verdict, the same one however they are cut'],
    [MALFORMED, 'byte by byte'],
  ],
  B20: [
    ['codec/framer.test.ts', 'nothing is allocated from an announced length'],
    [PACKETS, '256 MB announced'],
  ],
  B21: [
    ['emulator/robustness.test.ts', 'CONNECT one byte at a time are closed by the connect timer'],
    ['emulator/robustness.test.ts', 'connections above the limit are reset, those below go on'],
  ],
  B22: [[PACKETS, 'a byte more than 256 KiB announced']],
  B23: [['codec/growth.test.ts', 'the time for one PUBLISH byte by byte grows with its size and no faster']],
  B24: [
    ['codec/growth.test.ts', 'takes at most two bytes of memory for each that has come'],
    [FLOODS, '100,000 empty fragments'],
  ],
  B25: [[FLOODS, 'QoS 2 with every identifier there is']],
  B30: [
    [CONNACK_SUBACK, 'SUBACK with a code too many'],
    [CONNACK_SUBACK, 'SUBACK without codes'],
    [CONNACK_SUBACK, 'PUBACK in place of SUBACK'],
    [CONNACK_SUBACK, 'UNSUBACK in place of SUBACK'],
    [CONNACK_SUBACK, 'SUBACK twice'],
    [CONNACK_SUBACK, 'SUBACK with code 03'],
    [CONNACK_SUBACK, 'no SUBACK'],
  ],
  B31: [[FLOODS, 'SUBACK with 100,000 codes']],
  B32: [
    [PACKETS, 'ten packets behind a violation, none of which is delivered'],
    ['client/registration.test.ts', 'what a retired connection still says has no effect'],
  ],
  B33: [
    ['client/session.test.ts', 'an identifier in flight is not given out again, and 65,535 of them are all there are'],
  ],
  B34: [['client/session.test.ts', 'the ping clock runs from our last write, not from what we hear']],
  B35: [['client/session.test.ts', 'PINGRESP has a deadline of its own']],
  B36: [[MODEL, 'end as it says, and leave nothing behind']],
  B37: [[MODEL, 'end as it says, and leave nothing behind']],
  B38: [
    [MODEL, 'end as it says, and leave nothing behind'],
    ['client/session.test.ts', 'a machine that slept through the deadline of PINGRESP checks the link once'],
  ],
  B39: [[CONNECTIONS, 'RST for ever, which is tried a bounded number of times']],
  B40: [[CONNACK_SUBACK, 'SUBACK of a server that sets flags of its own, which the error names']],
  B50: [
    [UPGRADES, 'has an extension'],
    [FRAMES, 'a length of 2^63'],
    [FRAMES, 'a length of 1 GiB'],
    ['client/options.test.ts', 'an endpoint with CR LF'],
  ],
  B51: [
    [UPGRADES, 'has 101 headers'],
    [UPGRADES, 'has 64 KB of headers'],
    [UPGRADES, 'has 100 KB of spaces'],
    [UPGRADES, 'has 16 KB of commas'],
  ],
  B52: [
    ['client/faults/bugs.test.ts', 'no memory is sent that was not written'],
    ['codec/packets/publish.test.ts', 'what is no Uint8Array, text or boolean is a TypeError'],
  ],
  B53: [
    ['client/options.test.ts', 'an endpoint with CR LF'],
    ['client/options.test.ts', 'proxy credentials with a line feed'],
    ['client/options.test.ts', 'a registration id with NUL'],
    ['client/options.test.ts', 'a client version with a line feed'],
  ],
  B54: [
    [UPGRADES, 'has no Upgrade'],
    [UPGRADES, 'has no Connection'],
    [UPGRADES, 'has another sub-protocol'],
    ['emulator/robustness.test.ts', 'a request behind a refused upgrade is ignored, and the connection closed'],
  ],
  B55: [
    ['client/websocket.test.ts', 'each frame with another mask'],
    ['emulator/robustness.test.ts', 'unmasked'],
  ],
  B56: [
    ['client/websocket.test.ts', 'a frame of the server, $name'],
    [FRAMES, 'a length of 125 in two bytes'],
    [UPGRADES, 'is HTTP/1.0'],
    [UPGRADES, 'keeps the connection alive as well'],
  ],
  B60: [
    ['client/tls.test.ts', 'a server certificate %s is refused'],
    ['client/faults/known.test.ts', 'a common name only'],
    [CONNECTIONS, 'a certificate of a device'],
  ],
  B61: [
    ['client/tls.test.ts', 'NODE_TLS_REJECT_UNAUTHORIZED=0 does not turn verification off'],
    ['client/weak-tls.ts', 'TLS with a check of its own'],
    ['client/weak-tls.ts', 'TLS without verification'],
  ],
  B62: [[MODEL, 'end as it says, and leave nothing behind']],
  B63: [
    [CONNECTIONS, 'FIN without close_notify'],
    [CONNECTIONS, 'plain text between records'],
    [CONNECTIONS, 'half a record and FIN'],
  ],
  B64: [[MODEL, 'end as it says, and leave nothing behind']],
  B70: [[TOPICS, '429 with a retry-after of 1 to a']],
  B71: [[ANSWERS, '500 without operationId to a poll, which goes on with the one that is known']],
  B72: [
    [TOPICS, 'the other way round'],
    [TOPICS, 'with a $rid that comes twice'],
    [TOPICS, 'with properties nobody knows'],
  ],
  B73: [
    [TOPICS, 'a pause after'],
    [TOPICS, 'with a retry-after of'],
  ],
  B74: [['client/tls.test.ts', '128 characters of registration id go all the way']],
  B75: [[ANSWERS, 'assigning for ever']],
  B76: [['client/process-exit.test.ts', 'while the answer is awaited, the process stays']],
  B77: [
    ['client/secrets.test.ts', 'no secret shows when it is %s'],
    [MODEL, 'end as it says, and leave nothing behind'],
  ],
  B78: [
    ['codec/packets/connect.test.ts', 'a password does not stay in memory of the codec'],
    ['client/faults/bugs.test.ts', 'CONNECT is wiped when the transport is done with it'],
  ],
  R01: [['client/tls.test.ts', 'a port where nobody listens']],
  R02: [
    [MODEL, 'end as it says, and leave nothing behind'],
    [CONNECTIONS, 'RST once'],
  ],
  R03: [[MODEL, 'end as it says, and leave nothing behind']],
  R04: [['client/tls.test.ts', 'a plain HTTP server on the port is told from TLS']],
  R05: [['client/tls.test.ts', 'TLS alert 40 is about the handshake']],
  R06: [['client/tls.test.ts', 'a server certificate %s is refused']],
  R07: [['client/tls.test.ts', 'a server of TLS 1.1 is refused']],
  R08: [[CONNACK_SUBACK, 'CONNACK with Session Present after CleanSession 1']],
  R09: [[CONNACK_SUBACK, 'CONNACK with a length that is longer than it needs to be']],
  R10: [[MODEL, 'end as it says, and leave nothing behind']],
  R11: [['client/nth-call.test.ts', 'the n-th %s fails with %s, %s, for every n']],
  R12: [[PACKETS, 'half an answer, and the end of the connection']],
  R13: [['client/soak/run.mjs', 'registrations against the emulator with faults in one of twenty']],
  R14: [[MALFORMED, 'a thousand of them leave less than a mebibyte behind']],
  R15: [['client/websocket.test.ts', 'upgrade answered with $name: $expected']],
  R16: [[MODEL, 'end as it says, and leave nothing behind']],
};
