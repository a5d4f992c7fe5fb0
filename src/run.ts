import { commandNamed, commands } from './commands/index.js';
import { UsageError } from './errors.js';
import type { Compose } from './platform/platform.js';
import { runProcess } from './terminal/process.js';

/**
 * Runs a project, as the last thing that its `main.ts` does: `synth`, or the command that was typed after the
 * file's name. It sets the process's exit code: 0 fine, 1 the operator's input or the cluster's state is wrong,
 * 2 used wrongly.
 *
 * @param project Absolute path of the project: `import.meta.dirname`.
 * @param compose Makes the cluster of what was read: the settings, the app secrets of `src/secrets/`, the
 *   bootstrap Secret. What it throws is a bug of the project's and keeps its trace.
 *
 * @example
 * import { Cluster, run } from 'cluster-secrets';
 *
 * await run(import.meta.dirname, (project) => {
 *   const cluster = new Cluster(project);
 *   cluster.addSecrets(project.secrets);
 *   return cluster;
 * });
 */
export async function run(project: string, compose: Compose): Promise<void> {
  const typed = process.argv.slice(2);
  const [name = '', ...args] =
    typed[0] === undefined || typed[0].startsWith('-') ? ['synth', ...typed] : typed;
  await runProcess(
    async (...input) => {
      const load = commandNamed(name);
      if (!load)
        throw new UsageError(`there is no command ${name}; they are ${Object.keys(commands).join(', ')}`);
      return (await load())(...input);
    },
    project,
    args,
    compose,
  );
}
