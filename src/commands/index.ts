import type { Command } from '../terminal/command.js';

/** All commands by name, loaded on demand: only commands that compose the cluster load cdk8s. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  synth: async () => (await import('./synth.js')).synth,
  init: async () => (await import('./init.js')).init,
  bootstrap: async () => (await import('./bootstrap.js')).bootstrap,
  'add-secret': async () => (await import('./add-secret.js')).addSecret,
  'check-items': async () => (await import('./check-items.js')).checkItems,
  status: async () => (await import('./status.js')).status,
  acceptance: async () => (await import('./acceptance.js')).acceptance,
  'flux-entry': async () => (await import('./flux-entry.js')).fluxEntry,
  'hand-over': async () => (await import('./hand-over.js')).handOver,
  diff: async () => (await import('./diff.js')).diff,
  graph: async () => (await import('./graph.js')).graph,
  completion: async () => (await import('./completion.js')).completionOf(commands),
};

/** Loads the command with this name; undefined if there is none. */
export function commandNamed(name: string): (() => Promise<Command>) | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

/** Commands that compose the cluster, and therefore run through the project's `main.ts`. */
export const composing: ReadonlySet<string> = new Set([
  'synth',
  'add-secret',
  'check-items',
  'diff',
  'flux-entry',
  'graph',
  'hand-over',
]);

/** Commands that load the project's TypeScript: its settings, or all of it. */
export const loading: ReadonlySet<string> = new Set([...composing, 'acceptance', 'bootstrap']);

/** Commands that run outside a project. */
export const withoutProject: ReadonlySet<string> = new Set(['init', 'completion']);

const summaries: Readonly<Record<string, string>> = {
  synth: 'write dist/ from src/settings.ts and src/secrets/',
  init: 'create a project, or migrate a copy of the repository to the package',
  bootstrap: "encrypt Connect's credentials and token with SOPS, for Flux to decrypt",
  'add-secret': 'add an app secret',
  'check-items': 'check that 1Password has what the app secrets use',
  status: 'show the units, the store and the secrets in the cluster',
  acceptance: 'test the installation with a real 1Password item',
  'flux-entry': 'check that Flux applies dist/, and print the entry if it does not',
  'hand-over': 'check what a push would hand over or delete',
  diff: 'show what a push would change in the cluster',
  graph: 'draw the units as a Mermaid flowchart',
  completion: 'print a shell completion script',
};

/** The text of `cluster-secrets --help`. */
export function describeCommands(): string {
  const lines = Object.entries(summaries).map(([name, summary]) => `  ${name.padEnd(13)}${summary}`);
  return `Usage: cluster-secrets <command> [options]

Sync 1Password items to Kubernetes Secrets in a cluster managed by Flux.

Commands:
${lines.join('\n')}

Options:
  -h, --help     show help for cluster-secrets, or for a command
  -v, --version  print the version

Run 'cluster-secrets <command> --help' for the options of a command.`;
}
