import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { OperatorError, type Problem } from '../../errors.js';
import {
  credentialsProblems,
  decodeOnce,
  inputText,
  tokenProblems,
} from '../../onepassword/bootstrap-input.js';
import { createConnectServer, readConnectItem } from '../../onepassword/op-bootstrap.js';
import type { Surroundings } from '../../surroundings.js';
import { type Io, print } from '../../terminal/io.js';
import { prompts } from '../../terminal/prompts.js';

/** The flags of bootstrap that name its inputs. */
export interface InputOptions {
  /** A file, or `-`. */
  readonly credentials?: string;
  /** A file, or `-`. */
  readonly token?: string;
  /** `op://Vault/Item`, or true to create both. */
  readonly fromOp?: string | true;
  /** Name of the Connect server that `fromOp` creates. */
  readonly server: string;
}

/** One of the two values, and its origin as messages name it. */
interface Input {
  readonly value: string;
  readonly from: string;
}

/** The two values in plaintext; they never leave memory. */
export interface Inputs {
  readonly credentials: Input;
  readonly token: Input;
}

/**
 * Reads both values from the environment. They are never mixed with a flag: new credentials would get whatever
 * token this shell happens to have.
 *
 * @returns undefined if a flag is given, or if one of the two variables is not set.
 */
export function fromEnvironment(
  { credentials, token, fromOp }: InputOptions,
  { env }: Surroundings,
): Inputs | undefined {
  const { OP_CONNECT_CREDENTIALS, OP_CONNECT_TOKEN } = env;
  const flagged = credentials !== undefined || token !== undefined || fromOp !== undefined;
  if (flagged || !OP_CONNECT_CREDENTIALS || !OP_CONNECT_TOKEN) return undefined;
  return {
    credentials: { value: OP_CONNECT_CREDENTIALS.replace(/^\uFEFF/, ''), from: 'OP_CONNECT_CREDENTIALS' },
    token: { value: OP_CONNECT_TOKEN.trim(), from: 'OP_CONNECT_TOKEN' },
  };
}

/**
 * Reads both values: through `op`, from files, from the environment or from the terminal.
 *
 * @param vaults The vaults that a Connect server created by `op` can read.
 * @throws OperatorError if one of the values can't be read.
 */
export async function readInputs(options: InputOptions, vaults: readonly string[], io: Io): Promise<Inputs> {
  const { fromOp, server } = options;
  if (fromOp !== undefined) {
    const made = fromOp === true ? await createConnectServer(server, vaults, io) : undefined;
    const { credentials, token } = made ?? (await readConnectItem(String(fromOp), io));
    // Print this at once, so it is known even if a later step fails.
    if (made) {
      const undo = made.id === undefined ? '' : `; \`op connect server delete ${made.id}\` removes it`;
      print(io.stderr, `created the Connect server ${server}${undo}`);
    }
    return {
      credentials: { value: credentials, from: 'op: credentials' },
      token: { value: token.trim(), from: 'op: token' },
    };
  }
  const set = fromEnvironment(options, io);
  if (set) return set;
  const credentials = await readInput('credentials', options.credentials, io);
  const { value, from } = await readInput('token', options.token, io);
  return { credentials, token: { value: value.trim(), from } };
}

async function readInput(what: 'credentials' | 'token', file: string | undefined, io: Io): Promise<Input> {
  if (file !== undefined && file !== '-') return readFile(what, file, io);
  // A terminal would echo the input, so use a hidden prompt.
  if (io.stdin.isTTY) return what === 'token' ? askToken(io) : askCredentials(io);
  const from = `${what} (standard input)`;
  return { value: textOf(await buffer(io.stdin), from), from };
}

function readFile(what: string, file: string, { cwd }: Surroundings): Input {
  let bytes: Buffer;
  try {
    bytes = readFileSync(resolve(cwd, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Don't show the path: it may be the secret itself, pasted in the wrong place.
    const problem = {
      where: `--${what}`,
      what: `is not a readable file (${code})`,
      todo: 'give the path of a file, never the secret',
    };
    throw new OperatorError([problem]);
  }
  const from = `--${what} ${file}`;
  return { value: textOf(bytes, from), from };
}

function textOf(bytes: Uint8Array, from: string): string {
  const read = inputText(bytes, from);
  if ('problems' in read) throw new OperatorError(read.problems);
  return read.text;
}

// Both prompts validate their answer, so that a pasted second line is rejected here rather than taken as the
// answer to the next prompt.

async function askCredentials(io: Io): Promise<Input> {
  const { password } = prompts({ input: io.stdin, output: io.stdout });
  const isPath = (answer: string) =>
    !answer.trimStart().startsWith('{') && existsSync(resolve(io.cwd, answer));
  const answer = await password({
    message: 'Path or content of 1password-credentials.json (not shown):',
    validate: (given) =>
      isPath(given) || decodeOnce(given) !== undefined || reason(credentialsProblems(given, 'credentials')),
  });
  return isPath(answer) ? readFile('credentials', answer, io) : { value: answer, from: 'the terminal' };
}

async function askToken(io: Io): Promise<Input> {
  const { password } = prompts({ input: io.stdin, output: io.stdout });
  const value = await password({
    message: 'Connect access token (not shown):',
    validate: (given) => reason(tokenProblems(given.trim(), 'token', new Date())),
  });
  return { value, from: 'the terminal' };
}

function reason([problem]: Problem[]): string | true {
  return problem === undefined || `${problem.what}; clear the line (Ctrl-U) and enter it as one line`;
}
