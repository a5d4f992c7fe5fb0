import { dirname } from 'node:path';
import { stdin, stdout } from 'node:process';
import { Stopped } from '../errors.js';
import type { Compose } from '../platform/platform.js';
import { type Command, tell } from './command.js';
import type { Io } from './io.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command as this process. Only this function touches the process's streams, signals and exit code.
 *
 * A bug keeps its stack trace. If the reader of the output goes away (`| head -1`), the process exits silently:
 * with the command's exit code if it has finished, otherwise with 1.
 *
 * @param project Absolute path of the project.
 * @param args Everything after the command's name.
 * @param compose How the project's `main.ts` composes the cluster. @default - like the `main.ts` we ship
 */
export async function runProcess(
  command: Command,
  project: string,
  args: readonly string[],
  compose?: Compose,
): Promise<void> {
  stdout.on('error', endWithoutReader);
  // Writing to a closed terminal fails.
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
      // npm forwards Ctrl-C, so the signal can arrive twice.
      for (const signal of signals) process.on(signal, stop);
      try {
        return await work(controller.signal);
      } finally {
        for (const signal of signals) process.off(signal, stop);
      }
    },
  };
  process.exitCode = await tell(io, () => command(project, args, io));
  // A project's file that is still loading may never finish.
  if (stopped) process.exit();
}

/** The folder the user is in: npm runs scripts in the package's folder, and keeps the original in INIT_CWD. */
function standing({ INIT_CWD, npm_package_json: packageFile }: NodeJS.ProcessEnv): string {
  const here = process.cwd();
  return INIT_CWD && packageFile && dirname(packageFile) === here ? INIT_CWD : here;
}

function endWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 1);
}
