import { generate, type Packet, parser } from 'mqtt-packet';
import { ProvisioningError } from '../../../packages/client/src/dps/error.ts';
import type { NetworkConnection, Transport } from '../../../packages/client/src/transport/transport.ts';
import { TransportError } from '../../../packages/client/src/transport/transport-error.ts';

/**
 * What surrounds a device, made by hand for virtual time: a provisioning service, hubs with their clock, and the network. Fields set
 * what goes wrong.
 */
export class World {
  /** Of the service. */
  hub = 'hub-1.test';
  serviceFails = false;
  asked: number[] = [];
  /** Of hub and network. */
  refuses = false;
  /** Of the CONNACK that refuses. */
  returnCode: 1 | 2 | 3 | 4 | 5 = 5;
  portal = false;
  /** The certificate of the device has expired, until there is another one. */
  expired = false;
  silent = false;
  dies = false;
  readonly dials: number[] = [];
  readonly received = new Set<string>();
  readonly sessions = new Set<string>();
  readonly faults: string[] = [];
  links: (() => void)[] = [];

  async provision(): Promise<never> {
    this.asked.push(performance.now());
    await Promise.resolve();
    if (this.serviceFails) throw new ProvisioningError('registration-failed', 'register', 'failed', { retryAfter: 30 });
    return { assignedHub: this.hub, deviceId: 'dev', registrationId: 'dev', status: 'assigned', raw: {} } as never;
  }

  readonly transport: Transport = {
    name: 'memory',
    dial: ({ host }, events): NetworkConnection => {
      this.dials.push(performance.now());
      const incoming = parser({ protocolVersion: 4 });
      let over = false;
      const end = (error?: unknown): void => {
        if (over) return;
        over = true;
        queueMicrotask(() => events.closed(error));
      };
      const say = (packet: Packet): void =>
        queueMicrotask(() => {
          if (!over && !this.silent) events.data(generate(packet) as Uint8Array);
        });
      incoming.on('packet', (packet: Packet) => {
        if (packet.cmd === 'connect') {
          const se = Number(/se=(\d+)/.exec(String(packet.password))?.[1]);
          const known = host === this.hub && !this.refuses && se > this.time() / 1000;
          say({
            cmd: 'connack',
            returnCode: known ? 0 : this.returnCode,
            sessionPresent: known && this.sessions.has(host),
          });
          this.sessions.add(host);
          if (!known || this.dies) setTimeout(() => end(), 500);
        } else if (packet.cmd === 'publish' && !this.silent) {
          this.received.add(String(packet.payload));
          if (packet.qos) say({ cmd: 'puback', messageId: packet.messageId! });
        } else if (packet.cmd === 'pingreq') say({ cmd: 'pingresp' });
      });
      this.links.push(end);
      if (this.portal) end(new TransportError('tls', 'tls', { reason: 'another name' }, 'portal'));
      else if (this.expired) end(new TransportError('client-certificate', 'tls', { reason: 'expired' }, 'alert 45'));
      else queueMicrotask(() => !over && events.connected());
      return {
        send(bytes) {
          incoming.parse(Buffer.from(bytes));
          return true;
        },
        close: () => end(),
        abort: () => end(),
      };
    },
  };

  /** The hub's clock, which is right. */
  time = (): number => this.start + performance.now();
  readonly start = Date.now() - performance.now();

  cut(): void {
    for (const end of this.links.splice(0)) end();
  }
}
