import { dirname } from 'node:path';
import { stdin, stdout } from 'node:process';
import { Stopped } from '../errors.js';
import type { Compose } from '../platform/platform.js';
import { type Command, tell } from './command.js';
import type { Io } from './io.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command as this process: the only place that knows of its arguments, streams, signals and exit code.
 *
 * A bug keeps its trace. When nobody reads the output any more (`| head -1`), the process ends without a word:
 * with the command's exit code when its work is done, else with 1.
 *
 * @param command What to run.
 * @param project Absolute path of the project.
 * @param args What was typed after the command's name.
 * @param compose How the project's `main.ts` composes its cluster. @default - as the one that ships
 */
export async function runProcess(
  command: Command,
  project: string,
  args: readonly string[],
  compose?: Compose,
): Promise<void> {
  stdout.on('error', endWithoutReader);
  // A terminal that was closed takes no more lines.
  process.stderr.on('error', () => {});
  let stopped = false;
  const io: Io = {
    cwd: standing(process.env),
    env: process.env,
    stdin,
    stdout,
    stderr: process.stderr,
    compose,
    async stoppable(work) {
      const controller = new AbortController();
      const stop = () => {
        stopped = true;
        controller.abort(new Stopped());
      };
      // npm passes a Ctrl-C on, so that it can come twice.
      for (const signal of signals) process.on(signal, stop);
      try {
        return await work(controller.signal);
      } finally {
        for (const signal of signals) process.off(signal, stop);
      }
    },
  };
  process.exitCode = await tell(io, () => command(project, args, io));
  // An operator's file that was being loaded may go on for ever.
  if (stopped) process.exit();
}

/** Where the operator stood: npm starts a script in the folder of the package, and keeps the other one. */
function standing({ INIT_CWD, npm_package_json: packageFile }: NodeJS.ProcessEnv): string {
  const here = process.cwd();
  return INIT_CWD && packageFile && dirname(packageFile) === here ? INIT_CWD : here;
}

function endWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 1);
}
