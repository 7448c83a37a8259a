import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Emulator, type EnrollmentSummary, startEmulator } from '@mote/emulator';
import { examine } from '../../packages/cli/src/doctor/examine.ts';
import type { Finding } from '../../packages/cli/src/doctor/finding.ts';
import type { Subject } from '../../packages/cli/src/doctor/subject.ts';

/** A device that is well, the emulator it belongs to, and a proxy whose tunnels all end at that emulator. */
export class DoctorDevice {
  readonly dps: Emulator;
  readonly subject: Subject;
  readonly proxyPort: number;
  readonly #proxy: Server;
  readonly #tunnels: Set<Socket>;

  private constructor(dps: Emulator, proxy: Server, tunnels: Set<Socket>) {
    this.dps = dps;
    this.#proxy = proxy;
    this.#tunnels = tunnels;
    this.proxyPort = portOf(proxy);
    const { registrationId, primaryKey } = this.enrolled('individual');
    this.subject = {
      idScope: dps.idScope,
      registrationId: registrationId!,
      host: 'localhost',
      mqttPort: dps.port,
      webSocketPort: dps.webSocketPort,
      transport: 'tls',
      key: primaryKey!,
      secondaryKey: undefined,
      groupKey: undefined,
      cert: undefined,
      certKey: undefined,
      passphrase: undefined,
      ca: dps.ca,
      proxy: undefined,
      environmentProxy: undefined,
      sas: undefined,
      register: true,
      timeoutMs: 10_000,
      now: Date.now,
    };
  }

  static async make(): Promise<DoctorDevice> {
    const dps = await startEmulator({ retryAfterSeconds: 0, pollsBeforeAssigned: 0 });
    const tunnels = new Set<Socket>();
    const proxy = await listening(
      createServer((socket) => {
        tunnels.add(socket.on('error', () => {}));
        socket.once('data', () => {
          const service = connect(dps.port, '127.0.0.1', () => {
            socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
            service.pipe(socket).pipe(service);
          });
          tunnels.add(service.on('error', () => socket.destroy()));
        });
      }),
    );
    return new DoctorDevice(dps, proxy, tunnels);
  }

  enrolled(kind: 'individual' | 'group'): EnrollmentSummary {
    return this.dps.enrollments.find((one) => one.kind === kind && one.attestation === 'symmetricKey')!;
  }

  async findings(changes: Partial<Subject>): Promise<Finding[]> {
    const found: Finding[] = [];
    for await (const finding of examine({ ...this.subject, ...changes })) found.push(finding);
    return found;
  }

  /** The problems named, in order; the report must name no other. */
  async problems(changes: Partial<Subject>): Promise<(string | undefined)[]> {
    return (await this.findings(changes)).filter(({ state }) => state === 'bad').map(({ problem }) => problem);
  }

  /** A device of the X.509 group. */
  x509Member(registrationId: string): Partial<Subject> & { readonly cert: string; readonly certKey: string } {
    const { cert, key } = this.dps.issueDeviceCertificate(registrationId);
    return { registrationId, key: undefined, cert, certKey: key };
  }

  async close(): Promise<void> {
    for (const socket of this.#tunnels) socket.destroy();
    this.#proxy.close();
    await this.dps.close();
  }
}

export const leafOf = (pem: string): string => pem.slice(0, pem.indexOf('-----END CERTIFICATE-----') + 25);

export async function listening(server: Server): Promise<Server> {
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = await listening(createServer());
  const port = portOf(server);
  await new Promise((closed) => server.close(closed));
  return port;
}
