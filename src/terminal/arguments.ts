import { type Command, CommanderError, type Option } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from './io.js';

/**
 * Parses the arguments of a command.
 *
 * @param command Declares the options and arguments.
 * @param args Everything after the command's name.
 * @param io Where help is printed, and the environment, where npm puts the options it took.
 * @param most Maximum number of positional arguments. @default 0
 * @returns The options; undefined if help was printed instead.
 * @throws UsageError for unknown arguments, and for options that npm took.
 */
export function parseArguments<Options>(
  command: Command,
  args: readonly string[],
  io: Pick<Io, 'stdout' | 'env'>,
  most = 0,
): Options | undefined {
  let message = '';
  // Installed as a package, the program is typed by name; in its own repository, as an npm script.
  if (import.meta.url.endsWith('.js') && !isScript(io.env)) {
    command.name(command.name().replace(/^npm run (\S+) --$/, 'cluster-secrets $1'));
  }
  command
    .allowExcessArguments(most > 0)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => {
        message += text;
      },
    });
  try {
    command.parse(args, { from: 'user' });
    if (command.args.length > most) command.error('error: too many arguments');
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    // Don't quote values: an argument may be a secret pasted in the wrong place.
    const said = message.trim().replace(/'(--?[\w-]+)?[^']*'/g, "'$1'");
    throw new UsageError(`${said}\n\n${command.helpInformation().trim()}`);
  }
  refuseSwallowed(command, io.env);
  return command.opts() as Options;
}

/** `npm run synth --check` passes the flag to npm, and the command would silently run without it. */
function refuseSwallowed(command: Command, env: Io['env']): void {
  const script = env['npm_lifecycle_event'];
  if (!isScript(env)) return;
  const taken = command.options.filter(
    (option) =>
      option.long && command.getOptionValueSource(option.attributeName()) !== 'cli' && isTaken(option, env),
  );
  if (taken.length === 0) return;
  const flags = taken.map(({ long }) => long).join(' ');
  throw new UsageError(
    `npm took ${flags} as its own; run \`npm run ${script} -- ${flags}\` or \`npx cluster-secrets ${script} ${flags}\``,
  );
}

/** Whether `npm run` started this process. */
function isScript(env: Io['env']): boolean {
  return ['run', 'run-script'].includes(env['npm_command'] ?? '');
}

function isTaken({ long = '' }: Option, env: Io['env']): boolean {
  // Many set npm's --yes globally; without it, a command just asks.
  if (long === '--yes') return false;
  return env[`npm_config_${long.replace(/^--(no-)?/, '').replaceAll('-', '_')}`] !== undefined;
}
