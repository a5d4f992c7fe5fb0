/**
 * What the operator is told. One problem is one line, `where: what; what to do`, and all problems of a
 * run are told together.
 */

/** One thing that is wrong with the operator's input, or with the state that was found. */
export interface Problem {
  /** The rule that it breaks, for programs: a guard's file (`name-clash`), or what was read (`settings`). */
  readonly code?: string;
  /** The file, construct path or field, most general part first: `src/secrets/grafana.ts: keys.password`. */
  readonly where: string;
  /** What is wrong, with the value unless it could be a secret. */
  readonly what: string;
  /** What the operator does about it. */
  readonly todo: string;
}

/**
 * Writes a problem as the one line that the operator reads.
 *
 * @returns `where: what; todo`, without line breaks.
 */
export function problemLine(problem: Problem): string {
  return `${problem.where}: ${problem.what}; ${problem.todo}`.replace(/\s*[\r\n]+\s*/g, ' ');
}

/** Gives problems the code of a rule, but those that have one. */
export function coded(code: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ code, ...problem }));
}

/**
 * Problems of a part as those of the whole.
 *
 * @param where The whole; it comes before each `where`, which may be empty.
 */
export function within(where: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({
    ...problem,
    where: problem.where === '' ? where : `${where}: ${problem.where}`,
  }));
}

/** The operator's input or the state that was found is wrong: told as lines, exit code 1, never a trace. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';

  /** @param problems At least one. Lines that are equal are told once. */
  constructor(readonly problems: readonly Problem[]) {
    super([...new Set(problems.map(problemLine))].join('\n'));
  }
}

/** Why the work ends before its time: somebody stopped the program. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('stopped');
  }
}

/** The command was called in a way that it does not know: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
