import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import type { Surroundings } from '../surroundings.js';

/** How to run `op`, the 1Password CLI. */
export interface OpOptions {
  /** Its folder and environment. */
  readonly at: Surroundings;
  /** `inherit` lets it prompt on the terminal. @default ignore */
  readonly stdin?: 'ignore' | 'inherit';
  /** Stops it. @default - only the time limit does */
  readonly stop?: AbortSignal;
}

/** What `op` may print on stderr, and our message for it. Its own words are never shown: they may quote a value. */
const meanings: readonly [said: RegExp, what: string, todo: string][] = [
  [
    /isn't a vault/i,
    'finds no such vault in your account',
    'correct vaults in src/settings.ts, or sign in to an account that can read it',
  ],
  [/isn't an item|could not find item/i, 'finds no such item', 'correct its name'],
  [
    /service accounts?\b/i,
    'says that service accounts are not allowed to do this',
    'unset OP_SERVICE_ACCOUNT_TOKEN and sign in as yourself with `op signin`',
  ],
  [
    /\b403\b|forbidden|not authorized|(don't|do not|doesn't) have (the )?(permission|access|right)|insufficient permission/i,
    'says that you are not allowed to do this',
    'ask an administrator of the 1Password account for permission to manage Connect servers, and for access to these vaults',
  ],
  [
    /not (currently )?signed in|no accounts? configured|session expired/i,
    'says that you are not signed in',
    'run `op signin`',
  ],
];

/** The hint if nothing can have been created. */
const nothing = async () => undefined;

/** Runs `op` as the signed-in user, ignoring the shell's variables for Connect. */
export function runOp(args: readonly string[], { at, stdin = 'ignore', stop }: OpOptions) {
  return execa('op', args, {
    cwd: at.cwd,
    ...(stop !== undefined && { cancelSignal: stop }),
    stdin,
    reject: false,
    timeout: 60_000,
    // With NODE_DEBUG=execa set, execa would print op's output.
    verbose: 'none',
    // With the first two set, op asks Connect instead; with only one of them it fails.
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
 * Runs `op` and returns its output, which stays in memory.
 *
 * @param args The arguments, without any secret: messages quote them.
 * @param besides Looks for what else you have to do if `op` fails in a way that may have left something behind.
 * @throws OperatorError if `op` can't be run, is interrupted, times out, or fails.
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
  if (isCanceled) throw await fail('was interrupted', 'try again');
  if (timedOut) throw await fail('did not answer within a minute', 'unlock 1Password and try again');
  if (code === 'ENOENT') throw await fail('op is not installed', 'install the 1Password CLI', nothing);
  if (exitCode === undefined)
    throw await fail(`did not run (${signal ?? code})`, 'check that `op --version` works');
  const known = meanings.find(([said]) => said.test(stderr));
  if (known) throw await fail(known[1], known[2]);
  const todo = 'sign in with `op signin`, and check the names and your permissions';
  throw await fail(`failed (exit code ${exitCode})`, todo);
}
