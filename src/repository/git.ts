import { execFileSync } from 'node:child_process';

/** What git would take for its own in a hook, where it is about another folder. */
const gitVariables = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR'];

/**
 * Asks git.
 *
 * @param folder Where it is asked, as an absolute path.
 * @param input Its standard input. @default - none
 * @returns What it prints.
 * @throws What `execFileSync` throws when git is not there or ends with another exit code than 0; what it said
 *   is in `stderr` there.
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
