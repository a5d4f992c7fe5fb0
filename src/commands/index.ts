import type { Command } from '../terminal/command.js';

/** Every command, by what is typed. Each is loaded when it is run: those that do not compose do not load cdk8s. */
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

/** What loads the command of a name; undefined when there is none. */
export function commandNamed(name: string): (() => Promise<Command>) | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

/** Commands that compose the cluster, which the project's `main.ts` says how to do. */
export const composing: ReadonlySet<string> = new Set([
  'synth',
  'add-secret',
  'check-items',
  'diff',
  'flux-entry',
  'graph',
  'hand-over',
]);

/** Commands that need no project. */
export const withoutProject: ReadonlySet<string> = new Set(['init', 'completion']);

const summaries: Readonly<Record<string, string>> = {
  synth: 'write dist/ from src/settings.ts and src/secrets/',
  init: 'make a project, or move an old copy over to the package',
  bootstrap: "encrypt Connect's credentials and token for Flux",
  'add-secret': 'add an app secret',
  'check-items': 'compare the app secrets with 1Password',
  status: 'show the units, the store and the secrets of the cluster',
  acceptance: 'prove on the cluster what this project promises',
  'flux-entry': 'tell whether Flux applies dist/, and print the entry',
  'hand-over': 'say whether a push hands over what it moves, or deletes it',
  diff: 'say what a change does in the cluster before it is merged',
  graph: 'draw the units as a Mermaid flowchart',
  completion: 'print the completion for a shell',
};

/** The help of `cluster-secrets` itself. */
export function describeCommands(): string {
  const lines = Object.entries(summaries).map(([name, summary]) => `  ${name.padEnd(13)}${summary}`);
  return `Usage: cluster-secrets COMMAND [OPTIONS]

Secrets from 1Password for a Kubernetes cluster that Flux runs.

${lines.join('\n')}

  --help       this text; after a command, its options
  --version    the version of the package`;
}
