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

/** What the flags of bootstrap say about its inputs. */
export interface InputOptions {
  /** A file, or `-`. */
  readonly credentials?: string;
  /** A file, or `-`. */
  readonly token?: string;
  /** `op://Vault/Item`; true: make both. */
  readonly fromOp?: string | true;
  /** Name of the Connect server that `fromOp` makes. */
  readonly server: string;
}

/** One of the two values, and where it comes from, in the words of a message. */
interface Input {
  readonly value: string;
  readonly from: string;
}

/** The two values in plaintext: only ever in memory. */
export interface Inputs {
  readonly credentials: Input;
  readonly token: Input;
}

/**
 * Both values from the environment, where they are never mixed with a flag: new credentials would get the
 * token that this shell happens to have for something else.
 *
 * @returns undefined when there is a flag, or one of the two is not set.
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
 * @param vaults The vaults that a Connect server made by `op` may read.
 * @throws OperatorError when one of them can't be read.
 */
export async function readInputs(options: InputOptions, vaults: readonly string[], io: Io): Promise<Inputs> {
  const { fromOp, server } = options;
  if (fromOp !== undefined) {
    const made = fromOp === true ? await createConnectServer(server, vaults, io) : undefined;
    const { credentials, token } = made ?? (await readConnectItem(String(fromOp), io));
    // Whatever goes wrong from here on, the operator knows of it.
    if (made) {
      const undo = made.id === undefined ? '' : `; \`op connect server delete ${made.id}\` removes it`;
      print(io.stderr, `made the Connect server ${server}${undo}`);
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
  // A terminal would show what is typed: it is asked without echo.
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
    // The path is not shown: it may be the secret itself, in the wrong place.
    const problem = {
      where: `--${what}`,
      what: `is no file that can be read (${code})`,
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

// Both questions check the answer themselves: a paste of several lines is told at the question that it was
// for, and its second line is no answer to the next one.

async function askCredentials(io: Io): Promise<Input> {
  const { password } = prompts({ input: io.stdin, output: io.stdout });
  const isPath = (answer: string) =>
    !answer.trimStart().startsWith('{') && existsSync(resolve(io.cwd, answer));
  const answer = await password({
    message: '1password-credentials.json, its path or its content (not shown):',
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
  return problem === undefined || `${problem.what}; empty the line (Ctrl-U) and give it in one line`;
}
