import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lists the files that Flux could get to see: what git tracks or would add; without git, all below a
 * folder except node_modules and .git.
 *
 * @param top Absolute path of the repository's top folder, or of the project where there is no git.
 * @param git Whether it is a git repository.
 * @returns Paths relative to it, with `/`, sorted. One that ends in `/` or is a folder is a repository inside.
 */
export function listFiles(top: string, git: boolean): string[] {
  const paths = git ? askGit(top) : walk(top, '');
  return [...new Set(paths)].sort();
}

function askGit(top: string): string[] {
  return execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: top,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split('\0')
    .filter((path) => path !== '');
}

/** Links are not followed: Flux does not ship them, and they may go in circles. */
function walk(top: string, folder: string): string[] {
  let entries: ReturnType<typeof readFolder>;
  try {
    entries = readFolder(join(top, folder));
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isFile()) return [path];
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name === '.git') return [];
    return walk(top, `${path}/`);
  });
}

function readFolder(path: string) {
  return readdirSync(path, { withFileTypes: true });
}
