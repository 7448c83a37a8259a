import type { SpeedPlan } from './speed/speed.ts';
import { tasks } from './workload/tasks.ts';

/** The figures that are quoted. */
export const fullPlan: SpeedPlan = {
  rounds: 5,
  roundsOfOthers: 2,
  warmUpMs: 150,
  sampleMs: 30,
  samples: 3,
  fewPeers: false,
  filter: '',
  flags: [],
  memoryOf: 'all',
};

/** A first look, in a minute: one way of cutting for each workload, and the three for the mixed stream. */
export const quickPlan: SpeedPlan = {
  ...fullPlan,
  rounds: 2,
  only: tasks.filter((id) => !/ W[123] /.test(id)),
  warmUpMs: 100,
  sampleMs: 20,
  samples: 2,
  fewPeers: true,
  memoryOf: 'mote',
};

/** Without its compilers node stands in for engines that interpret. */
export const jitlessPlan: SpeedPlan = {
  ...fullPlan,
  rounds: 3,
  roundsOfOthers: 1,
  only: [
    'encode W1',
    'encode W2',
    'encode W4',
    'encode W8',
    'decode W1',
    'decode W2',
    'decode W4 1 packet',
    'decode W8',
  ],
  flags: ['--jitless'],
  memoryOf: 'none',
};
