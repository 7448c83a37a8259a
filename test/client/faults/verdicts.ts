import type { Stage } from '@mote/client';
import type { Verdict } from './check-provisioning.ts';

export interface Cell {
  readonly stage: string;
  readonly fault: string;
  readonly transport: string;
}

/** How often a fault happens: `once` it is to be survived where the client retries. */
export type Persistence = 'always' | 'once';

const AFTER_THE_RESULT = ['final-ack', 'disconnect', 'close'];
const BEFORE_CONNACK = ['tcp', 'proxy', 'tls', 'upgrade', 'connect'];

/** The outcomes that the fault model allows for a cell. */
export function verdicts(cell: Cell, persistence: Persistence): readonly Verdict[] {
  const { stage, fault } = cell;
  const after = AFTER_THE_RESULT.includes(stage);
  if (fault === 'abort') return after ? ['assigned'] : ['aborted'];
  if (after) return ['assigned'];
  const once = persistence === 'once';
  switch (fault) {
    case 'rst':
    case 'fin':
      // The operation is taken up on a new connection, which has no pause for the fault to wait in; but a reset may swallow
      // the answer that was under way.
      if (stage === 'wait') return ['assigned', ...lost(stage)];
      return once ? ['assigned'] : lost(stage);
    case 'tls-alert':
      if (stage === 'tls') return ['tls-failed'];
      return once || stage === 'wait' || stage === 'poll' ? ['assigned'] : ['connection-lost'];
    case 'stall':
    case 'late':
    case 'backpressure':
      return once ? ['assigned'] : ['timed-out'];
    case 'half-open':
      if (BEFORE_CONNACK.includes(stage)) return ['timed-out'];
      return once || stage === 'wait' ? ['assigned'] : ['connection-lost', 'timed-out'];
    case 'garbage':
    case 'oversize':
    case 'malformed':
      return broken(stage);
    case 'drip':
      return stage === 'tls' ? ['assigned', 'timed-out'] : ['assigned'];
    case 'duplicate':
      // Behind the upgrade there are frames, and an HTTP answer is none.
      return stage === 'connect' || stage === 'upgrade' ? ['protocol-violation'] : ['assigned'];
    case 'unsolicited':
      if (stage === 'connect') return ['protocol-violation'];
      return stage === 'upgrade' || stage === 'proxy' ? broken(stage) : ['assigned'];
    case 'wrong-id':
      return stage === 'upgrade' ? ['websocket-failed'] : ['protocol-violation'];
    case 'oom':
      return ['no-memory', 'connect-failed'];
    default:
      return ['assigned'];
  }
}

/** The stages in which silence at this one may show. */
export function silentStages({ stage }: Cell): readonly Stage[] {
  switch (stage) {
    case 'register-answer':
      return ['register'];
    // A pause ends with a poll that nobody answers.
    case 'wait':
      return ['wait', 'poll'];
    // It may be asked before it stops to read.
    case 'register':
      return ['register', 'poll'];
    // Accepting is the kernel's part: a server that does no more is silent in the handshake.
    case 'tcp':
      return ['tcp', 'tls'];
    default:
      return [stage as Stage];
  }
}

function lost(stage: string): readonly Verdict[] {
  if (stage === 'tcp' || stage === 'tls') return ['connect-failed', 'connection-lost'];
  return stage === 'proxy' ? ['proxy-failed'] : ['connection-lost'];
}

function broken(stage: string): readonly Verdict[] {
  if (stage === 'proxy') return ['proxy-failed'];
  if (stage === 'tls') return ['tls-failed', 'connection-lost'];
  return stage === 'upgrade' ? ['websocket-failed'] : ['protocol-violation'];
}
