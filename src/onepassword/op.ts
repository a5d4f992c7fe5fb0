import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import type { Surroundings } from '../surroundings.js';

/** How `op`, 1Password's command-line tool, is run. */
export interface OpOptions {
  /** Where to run it. */
  readonly at: Surroundings;
  /** Whether it may ask on the terminal. @default ignore */
  readonly stdin?: 'ignore' | 'inherit';
  /** Ends it. @default - nothing does, but the time limit */
  readonly stop?: AbortSignal;
}

/** What it may say on stderr, and what that means. Its own words go no further: nobody promises that they hold no value. */
const meanings: readonly [said: RegExp, what: string, todo: string][] = [
  [
    /isn't a vault/i,
    'finds no such vault in the account that is signed in',
    'correct vaults in src/settings.ts, or sign in with access to it',
  ],
  [/isn't an item|could not find item/i, 'finds no such item', 'correct its name'],
  [
    /service accounts?\b/i,
    'says that a service account may not do this',
    'unset OP_SERVICE_ACCOUNT_TOKEN, and sign in as yourself with `op signin`',
  ],
  [
    /\b403\b|forbidden|not authorized|(don't|do not|doesn't) have (the )?(permission|access|right)|insufficient permission/i,
    'says that the account may not do this',
    'ask an administrator of the 1Password account for the right to manage Connect servers, and for these vaults',
  ],
  [
    /not (currently )?signed in|no accounts? configured|session expired/i,
    'says that nobody is signed in',
    'run `op signin`',
  ],
];

/** Where nothing can have been made. */
const nothing = async () => undefined;

/** Runs `op` as the person who is signed in, whatever this shell has for Connect. */
export function runOp(args: readonly string[], { at, stdin = 'ignore', stop }: OpOptions) {
  return execa('op', args, {
    cwd: at.cwd,
    ...(stop !== undefined && { cancelSignal: stop }),
    stdin,
    reject: false,
    timeout: 60_000,
    // With NODE_DEBUG=execa in the environment it would print what op prints.
    verbose: 'none',
    // With the first two op asks Connect instead, and one of them alone is an error.
    env: {
      ...at.env,
      OP_CONNECT_HOST: undefined,
      OP_CONNECT_TOKEN: undefined,
      OP_CONNECT_CREDENTIALS: undefined,
    },
    extendEnv: false,
  });
}

/**
 * Runs `op` and returns what it prints, which stays in memory.
 *
 * @param args The command; nothing in it is a secret.
 * @param besides Finds out what else is to be done when it fails in a way that may have left something.
 * @throws OperatorError when it can't be run, was stopped, gives no answer, or fails.
 */
export async function askOp(
  args: readonly string[],
  options: OpOptions,
  besides?: () => Promise<string | undefined>,
): Promise<string> {
  const result = await runOp(args, options);
  if (result.exitCode === 0) return result.stdout;
  const fail = async (what: string, todo: string, more = besides) => {
    const hint = await more?.();
    const all = hint === undefined ? todo : `${todo}; ${hint}`;
    return new OperatorError([{ where: `op ${args.join(' ')}`, what, todo: all }]);
  };
  const { code, isCanceled, timedOut, exitCode, signal, stderr } = result;
  if (isCanceled) throw await fail('was stopped', 'try again');
  if (timedOut) throw await fail('gave no answer within a minute', 'unlock 1Password and try again');
  if (code === 'ENOENT') throw await fail('op is not installed', 'install the 1Password CLI', nothing);
  if (exitCode === undefined)
    throw await fail(`did not run (${signal ?? code})`, 'check that `op --version` works');
  const known = meanings.find(([said]) => said.test(stderr));
  if (known) throw await fail(known[1], known[2]);
  const todo = 'sign in with `op signin`, and check the names and what the account may do';
  throw await fail(`failed (exit code ${exitCode})`, todo);
}
