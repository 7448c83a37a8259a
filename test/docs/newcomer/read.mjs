// Bytes and messages as people paste them: `mote inspect` and `mote explain`.
import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT, says } from './walk.mjs';

/** Takes a walk (`walk.mjs`), on which the packages are installed. */
export async function read({ step, at, mote }) {
  for (const [what, bytes, wanted] of [
    ['a Python literal', "b'\\x20\\x02\\x00\\x05'", 'CONNACK'],
    ['a Python literal with letters', "b'0\\x07\\x00\\x04beep!'", 'PUBLISH'],
    ['one row of Wireshark without its text', '0000   30 07 00 04 62 65 65 70 21', 'PUBLISH'],
    ['one row of Wireshark', '0000   20 02 00 05                                       ....', 'CONNACK'],
    ['an array of C', 'uint8_t pkt[] = {0x20, 0x02, 0x00, 0x05};', 'CONNACK'],
    ['od -t x1', '0000000 20 02 00 05\n0000004', 'CONNACK'],
    ['od -A x -t x1z', '000000 20 02 00 05                                      > ...<\n000004', 'CONNACK'],
    ['a Buffer as JSON', '{"type":"Buffer","data":[32,2,0,5]}', 'CONNACK'],
    ['a Uint8Array of Node', 'Buffer(4) [Uint8Array] [ 32, 2, 0, 5 ]', 'CONNACK'],
    ['a line of a log', 'I (4021) mqtt: 20 02 00 05', 'CONNACK'],
    ['casts of Java', '(byte) 0x20, (byte) 0x02, (byte) 0x00, (byte) 0x05', 'CONNACK'],
    ['a TLS record', '16 03 01 02 00 01 00', 'this is a TLS record'],
    ['an HTTP answer', Buffer.from('HTTP/1.1 400 Bad Request\r\n').toString('hex'), 'this is an HTTP response'],
    [
      'a capture file',
      readFileSync(`${ROOT}test/cli/packets/fixtures/captures/ethernet.pcap`).toString('hex'),
      'CONNECT',
    ],
    ['what was cut short', '200200', 'incomplete: 3 of 4 bytes, 1 is missing'],
  ])
    await step(`mote inspect reads ${what}`, async () =>
      says(await mote(['inspect', bytes]), wanted, { never: ['reserved'] }),
    );

  await step('mote inspect reads UTF-16, as PowerShell writes it, and captures', async () => {
    writeFileSync(at('utf16.txt'), Buffer.from('\ufeff20 02 00 05\r\n', 'utf16le'));
    says(await mote(['inspect', 'utf16.txt']), 'CONNACK', { exit: 0 });
    says(await mote(['inspect', `${ROOT}test/cli/packets/fixtures/captures/ethernet.pcap`]), 'CONNECT');
  });

  await step('a refusal of mote inspect names what can be read', async () =>
    says(await mote(['inspect', 'hello world']), ['xxd', 'Wireshark'], { exit: 2 }),
  );

  const LINES = [
    ['{"errorCode":401002,"trackingId":"5f8a"}', '401002'],
    ['ProvisioningError: unauthorized: the service answered 401 (401002)', '401002'],
    ['getaddrinfo ENOTFOUND global.azure-devices-provisioning.net', 'ENOTFOUND'],
    ['Error: connect ETIMEDOUT 20.43.44.164:8883', 'ETIMEDOUT'],
    ['CONNACK return code 5 (not authorized)', 'connack-5'],
    ['rc=5', 'connack-5'],
    ['Connection refused: Not authorized', 'connack-5'],
    ['Bad username or password', 'connack-4'],
    ['alert certificate unknown', 'CERTIFICATE_UNKNOWN'],
    ['error:0A000418:SSL routines::tlsv1 alert unknown ca', 'UNKNOWN_CA'],
    ['socket hang up', 'ECONNRESET'],
    ['MQTT-3.1.0-1', 'CONNECT'],
    ['exit-12', 'Likely causes'],
  ];
  await step(`mote explain takes ${LINES.length} lines as people paste them, quoted or not`, async () => {
    for (const [line, wanted] of LINES) {
      says(await mote(['explain', line]), wanted, { exit: 0, never: 'Fix    `mote explain' });
      says(await mote(['explain', ...line.split(' ')]), wanted, { exit: 0 });
    }
    says(await mote(['explain', '-'], { input: LINES[0][0] }), '401002', { exit: 0 });
    says(await mote(['explain', 'foo bar']), 'nothing is known', { exit: 1, never: 'near it' });
  });
}
