import type { Command } from '../terminal/command.js';

/** Every command, by what is typed. Each is loaded when it is run: those that do not compose do not load cdk8s. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  acceptance: async () => (await import('./acceptance.js')).acceptance,
  'add-secret': async () => (await import('./add-secret.js')).addSecret,
  bootstrap: async () => (await import('./bootstrap.js')).bootstrap,
  'check-items': async () => (await import('./check-items.js')).checkItems,
  'flux-entry': async () => (await import('./flux-entry.js')).fluxEntry,
  graph: async () => (await import('./graph.js')).graph,
  status: async () => (await import('./status.js')).status,
  synth: async () => (await import('./synth.js')).synth,
};
