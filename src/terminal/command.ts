import { OperatorError, UsageError } from '../errors.js';
import { type Io, print } from './io.js';

/** Exit codes of every command: 0 fine, 1 the input or the cluster's state is wrong, 2 used wrongly. */
export type ExitCode = 0 | 1 | 2;

/**
 * A command.
 *
 * It asks its questions before it writes anything, and knows nothing of the process that it runs in but `io`.
 *
 * @param project Absolute path of the project.
 * @param args What was typed after its name.
 * @param io Where it reads and writes.
 * @returns The exit code.
 * @throws OperatorError, UsageError for what `tell` makes lines of.
 */
export type Command = (project: string, args: readonly string[], io: Io) => Promise<ExitCode>;

/**
 * Tells the operator's mistakes as lines on standard error, and makes an exit code of them.
 *
 * @param io Where to.
 * @param work What makes the mistakes known; for a bug it throws, and so does this.
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
      print(io.stderr, `${where}: ${error.message}; check that it is there, and writable`);
      return 1;
    }
    throw error;
  }
}

/** A disk that is full or a folder that may not be written is no bug of ours. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
