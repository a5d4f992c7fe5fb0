import { OperatorError, UsageError } from '../errors.js';
import { type Io, print } from './io.js';

/** Exit code of every command: 0 success, 1 invalid input or cluster state, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/**
 * A command.
 *
 * It asks all questions before it writes anything, and accesses the process only through `io`.
 *
 * @param project Absolute path of the project.
 * @param args Everything after the command's name.
 * @param io Where it reads and writes.
 * @returns The exit code.
 * @throws OperatorError, UsageError for mistakes that `tell` prints.
 */
export type Command = (project: string, args: readonly string[], io: Io) => Promise<ExitCode>;

/**
 * Runs work, prints the user's mistakes on standard error and turns them into an exit code.
 *
 * @param work Throws an `OperatorError` or `UsageError` for a mistake. Any other error is a bug, and is rethrown.
 */
export async function tell(io: Io, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OperatorError) {
      print(io.stderr, error.message);
      return 1;
    }
    if (error instanceof UsageError) {
      print(io.stderr, error.message);
      return 2;
    }
    if (error instanceof Error && error.name === 'ExitPromptError') {
      print(io.stderr, 'stopped: nothing was written');
      return 1;
    }
    if (isSystemError(error)) {
      const where = error.path ?? error.syscall;
      print(io.stderr, `${where}: ${error.message}; check that it exists and is writable`);
      return 1;
    }
    throw error;
  }
}

/** A full disk or a read-only folder is not a bug of ours. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
