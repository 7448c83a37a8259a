import type { Command } from './command.ts';

/** All commands, in the order of the help. A command is loaded only when it is called, so `mote sas` does not load the emulator. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  provision: async () => (await import('./commands/provision.ts')).provisionCommand,
  emulate: async () => (await import('./commands/emulate.ts')).emulateCommand,
  device: async () => (await import('./commands/device.ts')).deviceCommand,
  publish: async () => (await import('./commands/publish.ts')).publishCommand,
  subscribe: async () => (await import('./commands/subscribe.ts')).subscribeCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  'derive-key': async () => (await import('./commands/derive-key.ts')).deriveKeyCommand,
  sas: async () => (await import('./commands/sas.ts')).sasCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  inspect: async () => (await import('./commands/inspect.ts')).inspectCommand,
  completion: async () => (await import('./commands/completion.ts')).completionCommand,
};
