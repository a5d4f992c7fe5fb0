import { type Command, CommanderError, type Option } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from './io.js';

/**
 * Reads the arguments of a command.
 *
 * @param command Its options, and its arguments if it takes any.
 * @param args What was typed after its name.
 * @param io Where help goes, and the environment, in which npm puts what it took for itself.
 * @param most How many arguments it takes beside the options. @default 0
 * @returns The options; undefined when help was asked for, and printed.
 * @throws UsageError for arguments that it does not know, and for options that npm took.
 */
export function parseArguments<Options>(
  command: Command,
  args: readonly string[],
  io: Pick<Io, 'stdout' | 'env'>,
  most = 0,
): Options | undefined {
  let message = '';
  // The package has a program; its repository, as a project, has npm's scripts.
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
    // An argument may be a secret that was put in the wrong place.
    const said = message.trim().replace(/'(--?[\w-]+)?[^']*'/g, "'$1'");
    throw new UsageError(`${said}\n\n${command.helpInformation().trim()}`);
  }
  refuseSwallowed(command, io.env);
  return command.opts() as Options;
}

/** `npm run synth --check` gives npm the flag: without a word, the command would do something else. */
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
    `npm took ${flags} for itself; write \`npm run ${script} -- ${flags}\`, or \`npx cluster-secrets ${script} ${flags}\``,
  );
}

/** Whether `npm run` started this. */
function isScript(env: Io['env']): boolean {
  return ['run', 'run-script'].includes(env['npm_command'] ?? '');
}

function isTaken({ long = '' }: Option, env: Io['env']): boolean {
  // Many have npm say yes everywhere; without it a command asks.
  if (long === '--yes') return false;
  return env[`npm_config_${long.replace(/^--(no-)?/, '').replaceAll('-', '_')}`] !== undefined;
}
