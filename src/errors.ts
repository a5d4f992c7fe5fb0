/**
 * What users read when something is wrong: one line per problem, `where: what; what to do`, and all problems of a
 * run together.
 */

/** One problem with the user's input, or with the state of the repository or cluster. */
export interface Problem {
  /** The broken rule, for programs: a guard's file (`name-clash`), or the input (`settings`). */
  readonly code?: string;
  /** The file, construct path or field, most general part first: `src/secrets/grafana.ts: keys.password`. */
  readonly where: string;
  /** What is wrong, with the value unless it could be a secret. */
  readonly what: string;
  /** What to do about it. */
  readonly todo: string;
}

/** A problem as one line: `where: what; todo`, without line breaks. */
export function problemLine(problem: Problem): string {
  return `${problem.where}: ${problem.what}; ${problem.todo}`.replace(/\s*[\r\n]+\s*/g, ' ');
}

/** Sets the code of problems that have none. */
export function coded(code: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ code, ...problem }));
}

/** Puts `where` in front of each problem's own, which may be empty. */
export function within(where: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({
    ...problem,
    where: problem.where === '' ? where : `${where}: ${problem.where}`,
  }));
}

/** Invalid input or state, caused by the user and not by a bug: printed as lines, without a stack trace; exit code 1. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';

  /** @param problems At least one. Equal lines are printed once. */
  constructor(readonly problems: readonly Problem[]) {
    super([...new Set(problems.map(problemLine))].join('\n'));
  }
}

/** The program was interrupted. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('stopped');
  }
}

/** Wrong usage of a command: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
