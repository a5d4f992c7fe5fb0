import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperatorError } from '../errors.js';
import { packageFolder } from '../package.js';
import { git } from '../repository/git.js';

/** What a copy of this package's repository has that the package brings from now on. */
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

/** What of `src/` is the operator's. */
const theirs = ['src/settings.ts', 'src/secrets'];

const oldSecret = 'src/platform/onepassword-secret.sops.yaml';
const newSecret = 'src/onepassword-secret.sops.yaml';

/** Whether a folder is a copy of this package's repository, as operators had before there was a package. */
export function isOldCopy(folder: string): boolean {
  return folder !== packageFolder && existsSync(join(folder, 'src/platform/platform.ts'));
}

/**
 * Takes what the package brings out of a copy of its repository; the operator's files stay, and the bootstrap
 * Secret moves to where a project has it, with the rule for it in `.sops.yaml`.
 *
 * @returns The paths that went, relative to the folder.
 * @throws OperatorError when git could not bring back what goes.
 */
export function clearOldCopy(folder: string): string[] {
  const changed = uncommitted(folder);
  if (changed.length > 0) {
    const what = `has changes that are not committed, and moving over deletes files: ${changed.slice(0, 5).join(', ')}`;
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

/** The rule of the old place, whatever else it says, for the new one. */
function moveRule(config: string): void {
  if (!existsSync(config)) return;
  const text = readFileSync(config, 'utf8');
  const moved = text.replace(/src\/platform\/(onepassword-secret)/g, 'src/$1');
  if (moved !== text) writeFileSync(config, moved);
}

/** Files that git could not bring back; without git all of them. */
function uncommitted(folder: string): string[] {
  try {
    const out = git(folder, ['status', '--porcelain', '--', '.']).toString('utf8');
    return out.split('\n').filter((line) => line !== '');
  } catch {
    return ['it is in no git repository'];
  }
}
