import { OperatorError, UsageError } from '../errors.js';

/** Exit codes of every command: 0 fine, 1 the input or the cluster's state is wrong, 2 used wrongly. */
export type ExitCode = 0 | 1 | 2;

/**
 * Runs a command, tells the operator's mistakes as lines on stderr and sets the exit code. A bug keeps its
 * trace. When nobody reads the output any more (`| head -1`), the command ends without a word: with its exit
 * code when its work is done, else with 1.
 *
 * @param command Does the work and returns the exit code. It asks its questions before it writes anything.
 */
export async function run(command: () => Promise<ExitCode>): Promise<void> {
  process.stdout.on('error', endWithoutReader);
  try {
    process.exitCode = await command();
  } catch (error) {
    if (error instanceof OperatorError) {
      console.error(error.message);
      process.exitCode = 1;
    } else if (error instanceof UsageError) {
      console.error(error.message);
      process.exitCode = 2;
    } else if (error instanceof Error && error.name === 'ExitPromptError') {
      console.error('stopped: nothing was written');
      process.exitCode = 1;
    } else if (isSystemError(error)) {
      console.error(`${error.path ?? error.syscall}: ${error.message}; check that it is there, and writable`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}

function endWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 1);
}

/** A disk that is full or a folder that may not be written is no bug of ours. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
