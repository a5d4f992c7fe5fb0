import { commandNamed, commands } from './commands/index.js';
import { UsageError } from './errors.js';
import type { Compose } from './platform/platform.js';
import { runProcess } from './terminal/process.js';

/**
 * Runs a project: `synth`, or the command that follows the file's name on the command line. Call it last in
 * `main.ts`. It sets the exit code: 0 success, 1 invalid input or cluster state, 2 wrong usage.
 *
 * @param project Absolute path of the project: `import.meta.dirname`.
 * @param compose Composes the cluster from the settings, the app secrets in `src/secrets/` and the bootstrap
 *   Secret. An error that it throws counts as a bug in the project, and keeps its stack trace.
 * @returns A promise that resolves when the command has finished.
 * @throws Any error of `compose`. Invalid input is printed instead.
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
        throw new UsageError(`unknown command ${name}; the commands are ${Object.keys(commands).join(', ')}`);
      return (await load())(...input);
    },
    project,
    args,
    compose,
  );
}
