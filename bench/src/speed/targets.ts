import type { TaskId } from '../workload/tasks.ts';

/** A promise about one form of Mote. */
export type Target =
  | SpeedTarget
  | { readonly tasks: readonly TaskId[]; readonly form: string; readonly atMostBytes: number };

export interface SpeedTarget {
  readonly tasks: readonly TaskId[];
  readonly form: string;
  /** So many times as fast as ... */
  readonly atLeast?: number;
  /** ... or at most so many times its time. */
  readonly within?: number;
  readonly of: Rival;
}

/** `codec form` of the subject that Mote is compared with. */
export type Rival = keyof typeof rivals;

export const rivals = {
  generate: ['mqtt-packet', 'generate'],
  parser: ['mqtt-packet', 'parser'],
  'Uint8Array.set': ['limit', 'Uint8Array.set of the finished packet'],
} as const;

const prepared = 'preparePublish().encodeInto';
const publishes: readonly TaskId[] = ['decode W1', 'decode W2', 'decode W3'];

export const targets: readonly Target[] = [
  { tasks: ['encode W1', 'encode W2'], form: prepared, atLeast: 16, of: 'generate' },
  { tasks: ['encode W1', 'encode W2'], form: prepared, within: 2, of: 'Uint8Array.set' },
  { tasks: ['encode W1', 'encode W2'], form: 'encodePublishInto', atLeast: 8, of: 'generate' },
  { tasks: ['encode W8'], form: 'encodePublishInto', atLeast: 3, of: 'generate' },
  { tasks: ['encode W9'], form: 'encodePublishInto', atLeast: 2.5, of: 'generate' },
  { tasks: ['encode W1', 'encode W2'], form: 'encodePublish', atLeast: 3, of: 'generate' },
  { tasks: ['encode W4'], form: 'encodePubackInto', atLeast: 50, of: 'generate' },
  { tasks: ['decode W4 1 packet'], form: 'Framer + decodePuback', atLeast: 20, of: 'parser' },
  { tasks: ['encode W5'], form: 'encodeConnectInto', atLeast: 2.5, of: 'generate' },
  { tasks: ['encode W6'], form: 'encodeSubscribeInto', atLeast: 4, of: 'generate' },
  { tasks: publishes, form: 'Framer + PublishView, reused buffer', atLeast: 30, of: 'parser' },
  { tasks: ['decode W1', 'decode W2'], form: 'Framer + decodePublish', atLeast: 10, of: 'parser' },
  { tasks: ['decode W3'], form: 'Framer + decodePublish', atLeast: 8, of: 'parser' },
  { tasks: ['decode W8'], form: 'Framer + decodePublish', atLeast: 5, of: 'parser' },
  { tasks: ['decode W9'], form: 'Framer + decodePublish', atLeast: 3, of: 'parser' },
  { tasks: ['decode W7 64 KiB'], form: 'Framer + decodePacket', atLeast: 8, of: 'parser' },
  { tasks: ['decode W7 1..1460 B'], form: 'Framer + decodePacket', atLeast: 4, of: 'parser' },
  { tasks: ['decode W7 1 B'], form: 'Framer + decodePacket', atLeast: 5, of: 'parser' },
  { tasks: ['encode W1', 'encode W2', 'encode W3'], form: prepared, atMostBytes: 0 },
  {
    tasks: ['encode W1', 'encode W2', 'encode W3', 'encode W8', 'encode W9'],
    form: 'encodePublishInto',
    atMostBytes: 0,
  },
  { tasks: ['encode W4'], form: 'encodePubackInto', atMostBytes: 0 },
  { tasks: publishes, form: 'Framer + PublishView, reused buffer', atMostBytes: 0 },
];

/** With `--jitless`, as a stand-in for engines that interpret. */
export const jitlessTargets: readonly Target[] = [
  { tasks: ['encode W1'], form: prepared, atLeast: 6, of: 'generate' },
  { tasks: ['decode W1'], form: 'Framer + PublishView, reused buffer', atLeast: 9, of: 'parser' },
];
