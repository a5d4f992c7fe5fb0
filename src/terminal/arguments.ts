import { type Command, CommanderError } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from './io.js';

/**
 * Reads the arguments of a command.
 *
 * @param command Its options; it takes nothing else.
 * @param args What was typed after its name.
 * @param io Where help goes.
 * @returns The options; undefined when help was asked for, and printed.
 * @throws UsageError for arguments that it does not know.
 */
export function parseArguments<Options>(
  command: Command,
  args: readonly string[],
  io: Pick<Io, 'stdout'>,
): Options | undefined {
  let message = '';
  command
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => {
        message += text;
      },
    });
  try {
    return command.parse(args, { from: 'user' }).opts() as Options;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    // An argument may be a secret that was put in the wrong place.
    const said = message.trim().replace(/'(--?[\w-]+)?[^']*'/g, "'$1'");
    throw new UsageError(`${said}\n\n${command.helpInformation().trim()}`);
  }
}
