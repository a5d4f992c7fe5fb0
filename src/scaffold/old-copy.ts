import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperatorError } from '../errors.js';
import { packageFolder } from '../package.js';
import { git } from '../repository/git.js';

/** Files in a copy of this package's repository that the package replaces. */
const ours = [
  ...[
    '.biome.json',
    '.ci',
    '.github/CONTRIBUTING.md',
    '.github/renovate.json',
    '.github/workflows/check.yaml',
  ],
  ...[
    '.gitattributes',
    '.gitignore',
    '.npmrc',
    '.sourceignore',
    'README.md',
    'cdk8s.yaml',
    'docs',
    'imports',
  ],
  ...['main.ts', 'package-lock.json', 'package.json', 'src', 'test', 'tsconfig.json'],
];

/** Files under `src/` that belong to the user. */
const theirs = ['src/settings.ts', 'src/secrets'];

const oldSecret = 'src/platform/onepassword-secret.sops.yaml';
const newSecret = 'src/onepassword-secret.sops.yaml';

/** Whether a folder is a copy of this package's repository, as projects were before there was a package. */
export function isOldCopy(folder: string): boolean {
  return folder !== packageFolder && existsSync(join(folder, 'src/platform/platform.ts'));
}

/**
 * Deletes the files that the package replaces from a copy of its repository. The user's files stay; the bootstrap
 * Secret and its rule in `.sops.yaml` move to where a project has them.
 *
 * @returns The deleted paths, relative to the folder.
 * @throws OperatorError if git could not restore the deleted files.
 */
export function clearOldCopy(folder: string): string[] {
  const changed = uncommitted(folder);
  if (changed.length > 0) {
    const what = `has uncommitted changes, which init could delete: ${changed.slice(0, 5).join(', ')}`;
    throw new OperatorError([{ where: folder, what, todo: 'commit or stash them, and run this again' }]);
  }
  const kept = new Map<string, Buffer>();
  if (existsSync(join(folder, oldSecret))) kept.set(newSecret, readFileSync(join(folder, oldSecret)));
  const aside = join(folder, `.moving-${process.pid}`);
  for (const path of theirs) {
    if (!existsSync(join(folder, path))) continue;
    mkdirSync(dirname(join(aside, path)), { recursive: true });
    renameSync(join(folder, path), join(aside, path));
  }
  const gone = ours.filter((path) => existsSync(join(folder, path)));
  for (const path of gone) rmSync(join(folder, path), { recursive: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  for (const path of theirs) {
    if (existsSync(join(aside, path))) renameSync(join(aside, path), join(folder, path));
  }
  rmSync(aside, { recursive: true, force: true });
  for (const [path, content] of kept) writeFileSync(join(folder, path), content);
  moveRule(join(folder, '.sops.yaml'));
  return gone;
}

/** Points the bootstrap Secret's rule at the new path, and leaves the rest of the rule alone. */
function moveRule(config: string): void {
  if (!existsSync(config)) return;
  const text = readFileSync(config, 'utf8');
  const moved = text.replace(/src\/platform\/(onepassword-secret)/g, 'src/$1');
  if (moved !== text) writeFileSync(config, moved);
}

/** Files that git could not restore; outside of a repository, a note that says so. */
function uncommitted(folder: string): string[] {
  try {
    const out = git(folder, ['status', '--porcelain', '--', '.']).toString('utf8');
    return out.split('\n').filter((line) => line !== '');
  } catch {
    return ['everything, because it is not in a git repository'];
  }
}
