import type { Problem } from '../../errors.js';
import type { Check } from '../../onepassword/check-secret.js';
import { oneLine, plainTable } from '../../terminal/table.js';

/** Writes checks as a table of secret, item, field and found. */
export function checksTable(rows: readonly (Check & { readonly secret: string })[]): string {
  const cells = rows.map((row) => [
    row.secret,
    row.item,
    row.field ?? '',
    row.problem === undefined ? 'yes' : `no: ${whyNot(row)}`,
  ]);
  return plainTable(['SECRET', 'ITEM', 'FIELD', 'FOUND'], cells);
}

/** Why a check failed, with what may have been meant. */
function whyNot({ problem = '', closest }: Check): string {
  return closest.length === 0 ? problem : `${problem}; ${didYouMean(closest)}`;
}

function didYouMean(names: readonly string[]): string {
  return `did you mean ${names.map((one) => `'${one}'`).join(', ')}?`;
}

/**
 * A check that failed, as the operator's problem.
 *
 * @param where The file or the command that asked.
 */
export function checkProblem({ item, field, problem = '', todo, closest }: Check, where: string): Problem {
  return {
    where: oneLine([where, item, ...(field === undefined ? [] : [field])].join(': ')),
    what: oneLine(problem),
    todo: oneLine(todo ?? (closest.length === 0 ? 'correct it there or in 1Password' : didYouMean(closest))),
  };
}
