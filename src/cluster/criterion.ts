import { problemLine, Stopped } from '../errors.js';
import { ClusterError } from './connection.js';

/** What is proven, as measured on the cluster. */
export interface Criterion {
  readonly name: string;
  readonly passed: boolean;
  /** How long it took: the canaries from being made, the others from being looked at. */
  readonly seconds: number;
  /** What was seen; why, when it did not pass. */
  readonly message: string;
}

/** What was decided. */
export type Verdict = Pick<Criterion, 'passed' | 'message'>;

/**
 * Decides a criterion, and measures how long that takes.
 *
 * @param tells Which refusals of the cluster are the criterion's; the others are thrown.
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

/** What the cluster refuses fails the criterion that needs it, and no other. */
export function failure(error: unknown): Verdict {
  if (error instanceof Stopped) return { passed: false, message: error.message };
  if (!(error instanceof ClusterError)) throw error;
  return { passed: false, message: error.problems.map(problemLine).join(', ') };
}

/** What a request gave, for whoever needs it later: gives the answer, or throws the refusal. */
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
