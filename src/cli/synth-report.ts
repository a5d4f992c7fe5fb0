import { parseArgs } from 'node:util';
import { type Problem, problemLine, UsageError } from '../errors.js';
import type { FileTree } from '../output/render.js';
import type { Difference } from '../output/write.js';

const usage = `Usage: npm run synth [-- --check]

Writes dist/ from src/settings.ts and src/secrets/.

  --check  write nothing; validate what dist/ should hold, and exit 1 if it differs`;

/**
 * Reads the arguments of synth.
 *
 * @throws UsageError for one that it does not know.
 */
export function synthArguments(args: string[]): { check: boolean; help?: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { check: values.check, ...(values.help && { help: usage }) };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Tells what is worth a look, and keeps nobody from a synth. */
export function warn(warnings: readonly Problem[]): void {
  for (const warning of warnings) console.error(`warning: ${problemLine(warning)}`);
}

/** Says in one line what a synth wrote. */
export function wroteLine(files: FileTree, differences: readonly Difference[]): string {
  if (differences.length === 0) return `dist/ is current: ${files.size} files`;
  const count = (kind: Difference['kind']) => differences.filter((one) => one.kind === kind).length;
  return `dist/ written: ${files.size} files, ${count('missing')} new, ${count('changed')} changed, ${count('stale')} removed`;
}

/** Says in one line each what a synth would change. */
export function differenceLines(differences: readonly Difference[]): string[] {
  const words = { missing: 'is missing', changed: 'is not what synth writes', stale: 'is stale' };
  return differences.map(({ path, kind }) =>
    path === ''
      ? 'dist: is not a folder; move it away: synth owns all that is there'
      : `dist/${path}: ${words[kind]}; run \`npm run synth\` and commit dist/`,
  );
}
