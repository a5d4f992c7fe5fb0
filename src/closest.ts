import { distance } from 'fastest-levenshtein';

/**
 * The candidates closest to a word, for "did you mean".
 *
 * @param limit Maximum number of candidates. @default 1
 * @returns Closest first; only candidates that differ, ignoring case, in at most 2 characters or a third of the
 *   word.
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
