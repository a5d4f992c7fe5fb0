import { OperatorError, UsageError } from '../errors.js';

/** Exit codes of every command: 0 fine, 1 the input or the cluster's state is wrong, 2 used wrongly. */
export type ExitCode = 0 | 1 | 2;

/**
 * Runs a command, tells the operator's mistakes as lines on stderr and sets the exit code. A bug keeps its
 * trace.
 *
 * @param command Does the work and returns the exit code.
 */
export async function run(command: () => Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (error instanceof OperatorError) {
      console.error(error.message);
      process.exitCode = 1;
    } else if (error instanceof UsageError) {
      console.error(error.message);
      process.exitCode = 2;
    } else if (isSystemError(error)) {
      console.error(`${error.path ?? error.syscall}: ${error.message}; check that it is there, and writable`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}

/** A disk that is full or a folder that may not be written is no bug of ours. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
