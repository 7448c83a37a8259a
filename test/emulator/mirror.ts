import { type ProvisioningError, Registration } from '@mote/client';
import type { EmulatorEvent, Scenario } from '@mote/emulator';
import type { Connection } from '../../packages/emulator/src/service/mqtt/connection.ts';
import { Random } from '../../packages/emulator/src/service/values/random.ts';
import { KEY, MemoryService, START } from './memory-service.ts';
import { sasToken } from './sas.ts';

type ClientAction = ReturnType<Registration['start']>[number];

export interface MirrorRun {
  readonly outcome:
    | Extract<ClientAction, { type: 'assigned' }>
    | { readonly type: 'failed'; readonly error: ProvisioningError }
    | undefined;
  /** Milliseconds of virtual time. */
  readonly endedAt: number;
  /** `{ms} > {hex}` from the device, `<` from the service. */
  readonly transcript: readonly string[];
  readonly events: readonly EmulatorEvent[];
  readonly memory: MemoryService;
}

// One way.
const LATENCY_MS = 1;

interface Link {
  readonly service: Connection;
  wakeAt: number;
  /** Neither end is told more once its own side is closed. */
  clientOpen: boolean;
}

/** The client's machine against the service's, with nothing between them but virtual time. */
export function mirror(scenario: Scenario | undefined, seed: number, timeoutMs = 120_000): MirrorRun {
  const memory = new MemoryService({ seed, ...(scenario && { scenario }) });
  const [idScope, registrationId] = ['0ne00ABCDEF', 'sensor-17'];
  const random = new Random(seed, 'client');
  const registration = new Registration({
    idScope,
    registrationId,
    routes: [{ transport: 'tls', host: 'localhost', port: 8883 }],
    timeoutMs,
    random: () => random.fraction(),
  });
  const password = sasToken({ idScope, registrationId, key: KEY });
  const transcript: string[] = [];
  const queue: { at: number; order: number; run: () => void }[] = [];
  let now = 0;
  let order = 0;
  let clientWake = Number.POSITIVE_INFINITY;
  let link: Link | undefined;
  let outcome: MirrorRun['outcome'];

  const later = (delay: number, run: () => void) => queue.push({ at: now + delay, order: order++, run });
  const note = (sign: string, bytes: Uint8Array) =>
    transcript.push(`${now} ${sign} ${Buffer.from(bytes).toString('hex')}`);

  function dial(): void {
    const origin = { remoteAddress: '192.0.2.1', remotePort: 1, tlsVersion: 'TLSv1.3', chain: [] };
    const peer = { transport: 'tls', acceptedAt: START + now, ...origin } as const;
    let made: Link | undefined;
    let wakeAt = Number.POSITIVE_INFINITY;
    const isCurrent = () => made !== undefined && link === made && made.clientOpen;
    const service = memory.service.accept(
      peer,
      (action) => {
        if (action.type === 'wake') {
          wakeAt = action.at - START;
          if (made !== undefined) made.wakeAt = wakeAt;
        } else if (action.type === 'send') {
          note('<', action.bytes);
          later(LATENCY_MS, () => isCurrent() && perform(registration.receive(action.bytes, now)));
        } else {
          later(LATENCY_MS, () => isCurrent() && perform(registration.lost(undefined, now)));
        }
      },
      START + now,
    );
    made = { service, wakeAt, clientOpen: true };
    link = made;
    later(LATENCY_MS, () => isCurrent() && perform(registration.connected(password, now)));
  }

  function hangUp(): void {
    const old = link;
    if (old === undefined) return;
    old.clientOpen = false;
    later(LATENCY_MS, () => old.service.closed(START + now));
  }

  function perform(actions: readonly ClientAction[]): void {
    for (const action of actions) {
      if (action.type === 'dial') {
        hangUp();
        later(LATENCY_MS, dial);
      } else if (action.type === 'send') {
        note('>', action.bytes);
        const target = link;
        later(LATENCY_MS, () => target?.service.receive(action.bytes, START + now));
      } else if (action.type === 'wait') clientWake = action.until;
      else if (action.type === 'hang-up') hangUp();
      else if (action.type === 'assigned' || action.type === 'failed') {
        outcome = action as MirrorRun['outcome'];
        hangUp();
      }
    }
  }

  perform(registration.start(now));
  while (outcome === undefined || queue.length > 0) {
    queue.sort((a, b) => a.at - b.at || a.order - b.order);
    const serviceWake = link?.wakeAt ?? Number.POSITIVE_INFINITY;
    const next = Math.min(queue[0]?.at ?? Number.POSITIVE_INFINITY, clientWake, serviceWake);
    if (next > 10 * timeoutMs) break;
    now = Math.max(now, next);
    if (queue[0] !== undefined && queue[0].at <= now) queue.shift()?.run();
    else if (clientWake <= now) {
      clientWake = Number.POSITIVE_INFINITY;
      perform(registration.wake(now));
    } else if (link !== undefined) {
      link.wakeAt = Number.POSITIVE_INFINITY;
      link.service.wake(START + now);
    }
  }
  return { outcome, endedAt: now, transcript, events: memory.events, memory };
}
