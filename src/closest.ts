import { distance } from 'fastest-levenshtein';

/**
 * The candidates nearest to a word that was not found, for "did you mean".
 *
 * @param word What was typed.
 * @param candidates What exists.
 * @param limit How many at most; default 1.
 * @returns The nearest first; only those that differ, upper and lower case aside, in at most 2 characters
 *   or a third of the word.
 */
export function closest(word: string, candidates: Iterable<string>, limit = 1): string[] {
  const bound = Math.max(2, Math.floor(word.length / 3));
  return [...candidates]
    .map((candidate) => ({ candidate, apart: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ apart }) => apart <= bound)
    .sort((a, b) => a.apart - b.apart || a.candidate.localeCompare(b.candidate, 'en'))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
