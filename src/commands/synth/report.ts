import { type Problem, problemLine } from '../../errors.js';
import type { FileTree } from '../../output/render.js';
import type { Difference } from '../../output/write.js';
import { type Io, print } from '../../terminal/io.js';

/** Tells what is worth a look, and keeps nobody from a synth. */
export function warn(warnings: readonly Problem[], io: Io): void {
  for (const warning of warnings) print(io.stderr, `warning: ${problemLine(warning)}`);
}

/** Says in one line what a synth wrote. */
export function wroteLine(files: FileTree, differences: readonly Difference[]): string {
  if (differences.length === 0) return `dist/ is current: ${files.size} files`;
  const count = (kind: Difference['kind']) => differences.filter((one) => one.kind === kind).length;
  return `dist/ written: ${files.size} files, ${count('missing')} new, ${count('changed')} changed, ${count('stale')} removed`;
}

/** What a synth would change, as problems of who did not run it. */
export function differenceProblems(differences: readonly Difference[]): Problem[] {
  const words = { missing: 'is missing', changed: 'is not what synth writes', stale: 'is stale' };
  return differences.map(({ path, kind }) =>
    path === ''
      ? {
          code: 'not-current',
          where: 'dist',
          what: 'is not a folder',
          todo: 'move it away: synth owns all that is there',
        }
      : {
          code: 'not-current',
          where: `dist/${path}`,
          what: words[kind],
          todo: 'run `npm run synth` and commit dist/',
        },
  );
}
