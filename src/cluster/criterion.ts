import { problemLine, Stopped } from '../errors.js';
import { ClusterError } from './connection.js';

/** A criterion as judged on the cluster. */
export interface Criterion {
  readonly name: string;
  readonly passed: boolean;
  /** How long it took: for a canary since its creation, for the others since the check began. */
  readonly seconds: number;
  /** What was observed, or why it failed. */
  readonly message: string;
}

/** Whether a criterion passed, and why. */
export type Verdict = Pick<Criterion, 'passed' | 'message'>;

/**
 * Judges a criterion, and measures how long that takes.
 *
 * @param tells Whether an error fails the criterion; any other is thrown.
 */
export async function judge(
  name: string,
  decide: () => Promise<Verdict>,
  tells: (error: ClusterError) => boolean = () => true,
): Promise<Criterion> {
  const started = performance.now();
  const { passed, message } = await decide().catch((error) => {
    if (error instanceof ClusterError && !tells(error)) throw error;
    return failure(error);
  });
  return { name, passed, seconds: Math.round((performance.now() - started) / 10) / 100, message };
}

/** An error from the cluster fails only the criterion that ran into it. */
export function failure(error: unknown): Verdict {
  if (error instanceof Stopped) return { passed: false, message: error.message };
  if (!(error instanceof ClusterError)) throw error;
  return { passed: false, message: error.problems.map(problemLine).join(', ') };
}

/** Keeps a request's outcome for later: the function returns the response or throws the ClusterError. */
export async function outcomeOf<Answer>(request: Promise<Answer>): Promise<() => Answer> {
  try {
    const answer = await request;
    return () => answer;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return () => {
      throw error;
    };
  }
}
