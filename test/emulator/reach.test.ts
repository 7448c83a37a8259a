import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type PeerCertificate } from 'node:tls';
import { type Emulator, type EmulatorEvent, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readClientHello } from '../../packages/emulator/src/listener/client-hello.ts';
import { registerByHand } from './register-by-hand.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mote-reach-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Handshake {
  readonly certificate: PeerCertificate;
  readonly cipher: string;
  readonly key: string | undefined;
}

/** A TLS handshake with whatever a device may be limited to, checked against the name. */
function shake(port: number | undefined, ca: string, options: ConnectionOptions = {}): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: port ?? 0, ca, servername: 'localhost', ...options }, () => {
      const certificate = socket.getPeerCertificate();
      const key = new X509Certificate(certificate.raw).publicKey.asymmetricKeyType;
      resolve({ certificate, cipher: socket.getCipher().name, key });
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('the listeners have an RSA certificate beside the one of ECDSA, as the service has', () => {
  const RSA_ONLY: readonly (readonly [string, ConnectionOptions])[] = [
    ...[
      'ECDHE-RSA-AES128-GCM-SHA256',
      'ECDHE-RSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES128-SHA256',
      'ECDHE-RSA-AES256-SHA384',
    ].map((ciphers) => [`TLS 1.2 with ${ciphers}`, { ciphers, maxVersion: 'TLSv1.2' }] as const),
    ['TLS 1.2 with RSA signatures only', { maxVersion: 'TLSv1.2', sigalgs: 'RSA+SHA256' }],
  ];

  test.each(RSA_ONLY)(
    'a device limited to %s is served on both ports, before and behind others',
    async (_what, options) => {
      await using dps = await startEmulator();
      for (const port of [dps.port, dps.webSocketPort]) {
        expect((await shake(port, dps.ca)).key).toBe('ec');
        expect((await shake(port, dps.ca, options)).key).toBe('rsa');
        expect((await shake(port, dps.ca)).key).toMatch(/^(ec|rsa)$/);
        expect(
          (await shake(port, dps.ca, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' })).key,
        ).toBe('ec');
      }
    },
  );

  test('a whole provisioning with an RSA-only suite, its ClientHello a byte at a time', async () => {
    await using dps = await startEmulator({ webSocketPort: false });
    const { connect: connectTcp } = await import('node:net');
    const { createServer } = await import('node:net');
    // Between the two a wire that hands on one byte after another.
    const wire = createServer((near) => {
      const far = connectTcp(dps.port, '127.0.0.1').setNoDelay(true);
      near.on('data', (chunk: Buffer) => {
        for (const byte of chunk.subarray(0, 600)) far.write(Buffer.of(byte));
        far.write(chunk.subarray(600));
      });
      far.pipe(near);
      for (const socket of [near, far])
        socket
          .on('error', () => {})
          .on('close', () => {
            near.destroy();
            far.destroy();
          });
    });
    await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
    const { port } = wire.address() as { port: number };
    const options = { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;
    expect((await shake(port, dps.ca, options)).key).toBe('rsa');
    wire.close();
    const { cert, key } = dps.issueDeviceCertificate('x509-device');
    expect((await registerByHand(dps, { registrationId: 'x509-device', cert, key })).code).toBe(200);
  });

  test('what is no ClientHello is left to TLS', () => {
    expect(readClientHello(Buffer.from('GET / HTTP/1.1\r\n'))).toBe('any');
    expect(readClientHello(Buffer.of())).toBe('incomplete');
    expect(readClientHello(Buffer.of(0x16, 3, 1, 0, 200, 1))).toBe('incomplete');
    expect(readClientHello(Buffer.of(0x16, 3, 1, 0xff, 0xff))).toBe('any');
    for (let length = 1; length < 60; length++) {
      expect(readClientHello(Buffer.of(0x16, 3, 1, 0, length, ...new Array(length).fill(1)))).toBe('any');
    }
  });
});

describe('the certificate names everything that a device may call the emulator', () => {
  const names = async (options: Parameters<typeof startEmulator>[0]) => {
    await using dps = await startEmulator({ webSocketPort: false, ...options });
    return (await shake(dps.port, dps.ca)).certificate.subjectaltname ?? '';
  };

  test.each([
    ['localhost', {}, 'DNS:localhost'],
    ['the loopback address', {}, 'IP Address:127.0.0.1'],
    ['the loopback address of IPv6', {}, 'IP Address:0:0:0:0:0:0:0:1'],
    ['the host', { host: '127.0.0.2' }, 'IP Address:127.0.0.2'],
    ['a linked hub', { iotHubs: ['Hub-1.azure-devices.net:8883'] }, 'DNS:hub-1.azure-devices.net'],
    ['a hub of the new kind', { iotHubs: ['h.device.azure-devices.net'] }, 'DNS:h.device.azure-devices.net'],
    [
      'a name of its own',
      { serverNames: ['global.azure-devices-provisioning.net'] },
      'DNS:global.azure-devices-provisioning.net',
    ],
    ['a name with a wildcard', { serverNames: ['*.example.org'] }, 'DNS:*.example.org'],
    ['an address of its own', { serverNames: ['192.0.2.7', '2001:db8::7'] }, 'IP Address:2001:DB8:0:0:0:0:0:7'],
  ])('%s', async (_what, options, expected) => {
    if ('host' in options) {
      await using dps = await startEmulator({ webSocketPort: false, ...options });
      expect((await shake(dps.port, dps.ca, { host: options.host })).certificate.subjectaltname).toContain(expected);
    } else expect(await names(options)).toContain(expected);
  });

  test('a device that checks the name built into it is served', async () => {
    await using dps = await startEmulator({
      webSocketPort: false,
      serverNames: ['dps-emulator', 'global.azure-devices-provisioning.net'],
    });
    for (const servername of ['dps-emulator', 'global.azure-devices-provisioning.net']) {
      expect((await shake(dps.port, dps.ca, { servername })).key).toBe('ec');
    }
    await expect(shake(dps.port, dps.ca, { servername: 'elsewhere.example' })).rejects.toThrow('Hostname/IP');
  });

  test.each(['', 'a b', 'http://x', 'x:8883', '*.*.x', 7])(
    'a name that no certificate may hold is refused: %j',
    async (name) => {
      await expect(startEmulator({ serverNames: [name as string] })).rejects.toMatchObject({
        problems: [{ path: 'serverNames[0]' }],
      });
    },
  );
});

describe('an authority that lasts', () => {
  const start = (authority: string): Promise<Emulator> => startEmulator({ webSocketPort: false, authority });

  test('devices that have the CA flashed are served after a restart, and their certificates stay good', async () => {
    const authority = join(folder, 'lasting');
    const first = await start(authority);
    const { ca } = first;
    const device = first.issueDeviceCertificate('member-1');
    await first.close();
    await using second = await start(authority);
    expect(second.ca).toBe(ca);
    expect((await shake(second.port, ca)).key).toBe('ec');
    expect((await shake(second.port, ca, { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' })).key).toBe(
      'rsa',
    );
    expect((await registerByHand(second, { registrationId: 'member-1', ...device })).code).toBe(200);
    expect(readFileSync(join(authority, 'ca.pem'), 'utf8')).toBe(ca);
  });

  test('keys are readable by their owner only, and ones that were not are made so', async () => {
    const authority = join(folder, 'tight');
    await (await start(authority)).close();
    const keys = readdirSync(authority).filter((name) => name.endsWith('.key'));
    expect(keys).toEqual(['ca.key', 'device-issuer.key', 'device-root.key']);
    const modes = () => keys.map((name) => statSync(join(authority, name)).mode & 0o777);
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    chmodSync(join(authority, 'ca.key'), 0o644);
    await (await start(authority)).close();
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    expect(readdirSync(authority).some((name) => /lock|next/.test(name))).toBe(false);
  });

  test.each([
    ['a key is missing', (dir: string) => rmSync(join(dir, 'ca.key')), 'ca.key is missing beside the others'],
    ['a certificate is missing', (dir: string) => rmSync(join(dir, 'device-root.pem')), 'device-root.pem is missing'],
    [
      'a key is another one',
      (dir: string) => writeFileSync(join(dir, 'ca.key'), readFileSync(join(dir, 'device-root.key'))),
      'ca.key is not the key of',
    ],
    [
      'a certificate is damaged',
      (dir: string) => writeFileSync(join(dir, 'ca.pem'), 'damaged'),
      'ca.pem holds no certificate',
    ],
    ['a key is damaged', (dir: string) => writeFileSync(join(dir, 'ca.key'), ''), 'ca.key holds no private key'],
  ])('when %s it is named, and nothing is made anew', async (what, damage, message) => {
    const authority = join(folder, what);
    await (await start(authority)).close();
    damage(authority);
    await expect(start(authority)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(message),
    });
    expect(existsSync(join(authority, 'authority.lock'))).toBe(false);
  });
});

describe('who may reach it is said', () => {
  test.each(['0.0.0.0', '::'])('listening on %s warns', async (host) => {
    const dps = await startEmulator({ webSocketPort: false, host });
    await dps.close();
    const warnings: EmulatorEvent[] = [];
    for await (const event of dps.events) if (event.type === 'warning') warnings.push(event);
    expect(warnings).toMatchObject([{ reason: expect.stringContaining('may be reached from other machines') }]);
  });

  test.each(['127.0.0.1', '127.0.0.2', 'localhost'])('listening on %s does not', async (host) => {
    const dps = await startEmulator({ webSocketPort: false, host });
    await dps.close();
    const types: string[] = [];
    for await (const event of dps.events) types.push(event.type);
    expect(types).not.toContain('warning');
  });
});
