import type { BesidePlan } from '../../beside/plan.js';
import { type Problem, problemLine } from '../../errors.js';
import type { FileTree } from '../../output/render.js';
import type { Difference } from '../../output/write.js';
import { type Io, print } from '../../terminal/io.js';

/** Prints warnings, which never stop a synth. */
export function warn(warnings: readonly Problem[], io: Io): void {
  for (const warning of warnings) print(io.stderr, `warning: ${problemLine(warning)}`);
}

/** Summarizes in one line what synth wrote. */
export function wroteLine(files: FileTree, differences: readonly Difference[]): string {
  if (differences.length === 0) return `dist/ is up to date: ${files.size} files`;
  return `wrote dist/: ${files.size} files, ${counts(differences)}`;
}

/** The same for files beside apps; no line if there are none. */
export function besideLine({ files, differences }: BesidePlan): string[] {
  if (files.size === 0 && differences.length === 0) return [];
  const count = `${files.size} ${files.size === 1 ? 'file' : 'files'}`;
  return [`beside apps: ${count}, ${differences.length === 0 ? 'up to date' : counts(differences)}`];
}

function counts(differences: readonly Difference[]): string {
  const count = (kind: Difference['kind']) => differences.filter((one) => one.kind === kind).length;
  return `${count('missing')} new, ${count('changed')} changed, ${count('stale')} removed`;
}

/**
 * Turns what synth would change into problems, for `--check`.
 *
 * @param folder The folder that the paths are relative to, with `/`; '' for the top of the repository.
 */
export function differenceProblems(differences: readonly Difference[], folder: 'dist/' | ''): Problem[] {
  const words = { missing: 'is missing', changed: 'differs from what synth writes', stale: 'is stale' };
  return differences.map(({ path, kind }) =>
    path === ''
      ? {
          code: 'not-current',
          where: 'dist',
          what: 'is not a folder',
          todo: 'move it away: synth owns everything in dist/',
        }
      : {
          code: 'not-current',
          where: `${folder}${path}`,
          what: words[kind],
          todo: `run \`npm run synth\` and commit ${folder === '' ? 'it' : folder}`,
        },
  );
}
