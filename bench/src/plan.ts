import type { SpeedPlan } from './speed/speed.ts';

/** The figures that are quoted. */
export const fullPlan: SpeedPlan = {
  rounds: 5,
  roundsOfOthers: 2,
  warmUpMs: 150,
  sampleMs: 20,
  turns: 9,
  fewPeers: false,
  filter: '',
  flags: [],
  memoryOf: 'all',
};

/** A first look, in a minute. */
export const quickPlan: SpeedPlan = {
  ...fullPlan,
  rounds: 2,
  warmUpMs: 100,
  turns: 4,
  fewPeers: true,
  memoryOf: 'mote',
};

/** Without its compilers node stands in for engines that interpret. */
export const jitlessPlan: SpeedPlan = {
  ...fullPlan,
  rounds: 3,
  fewPeers: true,
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
