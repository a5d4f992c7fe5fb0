import { setTimeout as sleep } from 'node:timers/promises';

const interval = 500;

/**
 * Reads twice a second until there is an answer.
 *
 * @param limit How long at most, in milliseconds; it is read at least once.
 * @param signal Ends the waiting. @default - nothing does
 * @returns The answer; undefined when the time was over first.
 * @throws What `read` throws; the reason of the signal.
 */
export async function until<Answer>(
  read: () => Promise<Answer | undefined>,
  limit: number,
  signal?: AbortSignal,
): Promise<Answer | undefined> {
  const end = performance.now() + limit;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await read();
    if (answer !== undefined) return answer;
    const left = end - performance.now();
    if (left <= 0) return undefined;
    // An abort is thrown above, with its own reason.
    await sleep(Math.min(interval, left), undefined, signal && { signal }).catch(() => {});
  }
}
