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

/** `codec form` of the contestant that Mote is compared with. */
export type Rival = keyof typeof rivals;

export const rivals = {
  generate: ['mqtt-packet', 'generate'],
  writeToStream: ['mqtt-packet', 'writeToStream into nothing'],
  parser: ['mqtt-packet', 'parser'],
  'Uint8Array.set': ['limit', 'Uint8Array.set of the finished packet'],
} as const;

const prepared = 'preparePublish().encodeInto';
const publishes: readonly TaskId[] = ['decode W1', 'decode W2', 'decode W3'];

export const targets: readonly Target[] = [
  { tasks: ['encode W1', 'encode W2'], form: prepared, atLeast: 20, of: 'generate' },
  { tasks: ['encode W1', 'encode W2'], form: prepared, atLeast: 7, of: 'writeToStream' },
  { tasks: ['encode W1', 'encode W2'], form: prepared, within: 1.8, of: 'Uint8Array.set' },
  { tasks: ['encode W3'], form: prepared, atLeast: 28, of: 'generate' },
  { tasks: ['encode W3'], form: prepared, within: 1.3, of: 'Uint8Array.set' },
  { tasks: ['encode W1', 'encode W2'], form: 'encodePublishInto', atLeast: 5, of: 'generate' },
  { tasks: ['encode W1', 'encode W2'], form: 'encodePublish', atLeast: 4, of: 'generate' },
  { tasks: ['encode W8'], form: 'encodePublishInto', atLeast: 5, of: 'generate' },
  { tasks: ['encode W9'], form: 'encodePublishInto', atLeast: 4, of: 'generate' },
  { tasks: ['encode W4'], form: 'encodePubackInto', atLeast: 90, of: 'generate' },
  { tasks: ['encode W5'], form: 'encodeConnectInto', atLeast: 6, of: 'generate' },
  { tasks: ['encode W6'], form: 'encodeSubscribeInto', atLeast: 9, of: 'generate' },
  { tasks: ['decode W4 1 packet'], form: 'Framer + decodePuback', atLeast: 45, of: 'parser' },
  { tasks: ['decode W4 1 packet'], form: 'Framer, in place', atLeast: 75, of: 'parser' },
  { tasks: publishes, form: 'Framer + PublishView, reused buffer', atLeast: 42, of: 'parser' },
  { tasks: publishes, form: 'Framer + PublishView, new memory', atLeast: 30, of: 'parser' },
  { tasks: publishes, form: 'Framer + decodePublish', atLeast: 15, of: 'parser' },
  { tasks: ['decode W7 64 KiB'], form: 'Framer + decodePacket', atLeast: 11, of: 'parser' },
  { tasks: ['decode W7 1..1460 B', 'decode W7 1 B'], form: 'Framer + decodePacket', atLeast: 7, of: 'parser' },
  { tasks: ['decode W8'], form: 'Framer + decodePublish', atLeast: 8, of: 'parser' },
  { tasks: ['decode W9'], form: 'Framer + decodePublish', atLeast: 4.5, of: 'parser' },
  { tasks: ['encode W1', 'encode W2', 'encode W3'], form: prepared, atMostBytes: 0 },
  {
    tasks: ['encode W1', 'encode W2', 'encode W3', 'encode W8', 'encode W9'],
    form: 'encodePublishInto',
    atMostBytes: 0,
  },
  { tasks: ['encode W4'], form: 'encodePubackInto', atMostBytes: 0 },
  { tasks: ['encode W5'], form: 'encodeConnectInto', atMostBytes: 0 },
  { tasks: ['encode W6'], form: 'encodeSubscribeInto', atMostBytes: 0 },
  { tasks: publishes, form: 'Framer + PublishView, reused buffer', atMostBytes: 0 },
  { tasks: publishes, form: 'Framer + decodePublish, reused buffer', atMostBytes: 180 },
  { tasks: ['decode W4 1 packet'], form: 'Framer + decodePuback', atMostBytes: 40 },
];

/** With `--jitless`, as a stand-in for engines that interpret. */
export const jitlessTargets: readonly Target[] = [
  { tasks: ['encode W1'], form: prepared, atLeast: 7, of: 'generate' },
  { tasks: ['decode W1'], form: 'Framer + PublishView, reused buffer', atLeast: 10, of: 'parser' },
];
