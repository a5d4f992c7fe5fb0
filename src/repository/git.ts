import { execFileSync } from 'node:child_process';

/** Variables that are set in a hook, where they point git to another folder. */
const gitVariables = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR'];

/**
 * Runs git.
 *
 * @param folder Absolute path of the working directory.
 * @param input Its standard input. @default - none
 * @returns Its standard output.
 * @throws What `execFileSync` throws if git is not installed or fails; its `stderr` has git's message.
 */
export function git(folder: string, args: readonly string[], input = ''): Buffer {
  const env = Object.entries(process.env).filter(([name]) => !gitVariables.includes(name));
  return execFileSync('git', args, {
    cwd: folder,
    env: Object.fromEntries(env),
    input,
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
