import type { Problem } from '../../errors.js';
import type { Check } from '../../onepassword/check-secret.js';
import { oneLine, plainTable } from '../../terminal/table.js';

/** Formats checks as a table. */
export function checksTable(rows: readonly (Check & { readonly secret: string })[]): string {
  const cells = rows.map((row) => [
    row.secret,
    row.item,
    row.field ?? '',
    row.problem === undefined ? 'yes' : `no: ${whyNot(row)}`,
  ]);
  return plainTable(['SECRET', 'ITEM', 'FIELD', 'FOUND'], cells);
}

/** Why a check failed, with similar names. */
function whyNot({ problem = '', closest }: Check): string {
  return closest.length === 0 ? problem : `${problem}; ${didYouMean(closest)}`;
}

function didYouMean(names: readonly string[]): string {
  return `did you mean ${names.map((one) => `'${one}'`).join(', ')}?`;
}

/**
 * Turns a failed check into a problem.
 *
 * @param where The file or command that asked.
 */
export function checkProblem({ item, field, problem = '', todo, closest }: Check, where: string): Problem {
  return {
    where: oneLine([where, item, ...(field === undefined ? [] : [field])].join(': ')),
    what: oneLine(problem),
    todo: oneLine(todo ?? (closest.length === 0 ? 'correct it there or in 1Password' : didYouMean(closest))),
  };
}
